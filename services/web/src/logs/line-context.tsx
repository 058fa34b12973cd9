// What the container of a line said before and after it, whatever the search.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { contextOf } from '../api/logs.ts'
import type { Line } from '../api/types.ts'
import { lineKey, uniqueKeys } from '../lines/line-key.ts'
import { Message } from '../text/message.tsx'
import { clockTimeMs } from '../time/format.ts'
import { severityName } from '../ui/severity.ts'
import { Unanswered } from '../ui/unanswered.tsx'
import { useZone } from '../ui/zone.tsx'
import { handleText } from './line-handle.ts'

/** Lines on each side, at first and as one asks for more. */
const sizes = [10, 50, 200] as const

export function LineContext({ line, podUid }: { line: Line; podUid: string }) {
  const [size, setSize] = useState<number>(sizes[0])
  const queryKey = ['line-context', handleText(line), size]
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => contextOf(line, podUid, size, signal),
    placeholderData: (before) => before,
  })
  const { data } = query
  if (data === undefined) return <Unanswered what="the lines around it" queryKey={queryKey} query={query} />
  const more = sizes.find((each) => each > size)
  const unique = uniqueKeys()
  return (
    <section className="line-context" aria-label="Lines around it">
      <ol>
        {[...data.before, ...(data.line === null ? [] : [data.line]), ...data.after].map((each) => (
          <ContextRow
            key={unique(lineKey(each))}
            line={each}
            isNamed={data.line !== null && handleText(each) === handleText(data.line)}
          />
        ))}
      </ol>
      {more !== undefined && (
        <button type="button" onClick={() => setSize(more)}>
          {more} lines before and after
        </button>
      )}
    </section>
  )
}

function ContextRow({ line, isNamed }: { line: Line; isNamed: boolean }) {
  const zone = useZone()
  return (
    <li
      className={`line severity-${severityName(line.severity)}${isNamed ? ' is-named' : ''}`}
      aria-current={isNamed ? 'true' : undefined}
    >
      <span className="line-time">{clockTimeMs(line.time, zone)}</span>
      <span className="line-text">
        <Message text={line.message} />
      </span>
    </li>
  )
}

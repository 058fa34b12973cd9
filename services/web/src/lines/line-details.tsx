// What a line opens to: all that is known of it, its JSON unfolded, and what may be done with it.
import { useMemo, useState, type ReactNode } from 'react'
import type { Line } from '../api/types.ts'
import { Message } from '../text/message.tsx'
import { dayOf, epochMs, wholeTime } from '../time/format.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { useNowMs, useZone } from '../ui/zone.tsx'
import { unfoldedJson } from './unfold-json.ts'

export interface Fact {
  name: string
  value: string
  /** What stands behind the value. */
  actions?: ReactNode
}

/** A message that is JSON may have thousands of keys. */
const factsAtFirst = 60
const factsMax = 1000

/** `children`: links and buttons beside the one that copies. */
export function LineDetails({ line, facts, children }: { line: Line; facts: readonly Fact[]; children?: ReactNode }) {
  const json = useMemo(() => unfoldedJson(line.message), [line.message])
  const [isLong, setIsLong] = useState(false)
  const known = facts.filter(({ value }) => value !== '')
  const shown = known.slice(0, isLong ? factsMax : factsAtFirst)
  return (
    <div className="line-details">
      <dl>
        {shown.map(({ name, value, actions }) => (
          <div key={name}>
            <dt>
              <Message text={name} />
            </dt>
            <dd>
              <Message text={value} />
              {actions}
            </dd>
          </div>
        ))}
      </dl>
      {shown.length < known.length && (
        <p>
          {known.length - shown.length} more{' '}
          {!isLong && (
            <button type="button" onClick={() => setIsLong(true)}>
              Show them
            </button>
          )}
        </p>
      )}
      {json !== undefined && (
        <pre className="line-json">
          <Message text={json} isWhole />
        </pre>
      )}
      <div className="line-actions">
        <CopyButton label="Copy text" text={line.message} />
        {children}
      </div>
    </div>
  )
}

/** The time in the zone of the page, whole, and for programs. */
export function useTimeText(time: string): string {
  const zone = useZone()
  const nowMs = useNowMs()
  return `${dayOf(time, zone, nowMs)}, ${wholeTime(time, zone)} (${epochMs(time)} ms)`
}

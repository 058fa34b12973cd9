// One row of the lines of a pod: a line, which opens to its details, a gap, or the begin of a life.
import { Link } from '@tanstack/react-router'
import { memo, useState } from 'react'
import type { Line } from '../api/types.ts'
import { Message } from '../text/message.tsx'
import { LineDetails, useTimeText } from '../lines/line-details.tsx'
import { clockTimeMs, wholeTime } from '../time/format.ts'
import { outcomeWord } from '../ui/outcome.tsx'
import { severityName } from '../ui/severity.ts'
import { Time, useZone } from '../ui/zone.tsx'
import type { Row } from './stream-rows.ts'

export interface StreamRowProps {
  row: Row
  /** Whether lines of several containers are among each other. */
  isOfMany: boolean
  /** Time of the line that the address names. */
  at: string | undefined
}

export const StreamRow = memo(function StreamRow({ row, isOfMany, at }: StreamRowProps) {
  switch (row.kind) {
    case 'line':
      return <LineRow line={row.line} hasTime={row.isFirstOfTrace} isOfMany={isOfMany} isNamed={row.line.time === at} />
    case 'gap':
      return (
        <div className="gap-row" role="note">
          {row.line.message}
        </div>
      )
    case 'life':
      return <LifeDivider row={row} />
  }
})

function LifeDivider({ row: { container, restart, life, before } }: { row: Extract<Row, { kind: 'life' }> }) {
  return (
    <div className="life-row">
      {before !== undefined && (
        <span>
          {container}, life {before.restart}: {outcomeWord(before.outcome)}
          {before.exitCode !== null && `, exit code ${before.exitCode}`}
        </span>
      )}
      <span>
        {container}, life {restart} begins
        {life?.startedAt != null && (
          <>
            {' '}
            at <Time time={life.startedAt} />
          </>
        )}
      </span>
    </div>
  )
}

function LineRow({
  line,
  hasTime,
  isOfMany,
  isNamed,
}: {
  line: Line
  hasTime: boolean
  isOfMany: boolean
  isNamed: boolean
}) {
  const [isOpen, setIsOpen] = useState(false)
  const zone = useZone()
  return (
    <div className={`line severity-${severityName(line.severity)}${isNamed ? ' is-named' : ''}`}>
      <button
        type="button"
        className="line-time"
        aria-expanded={isOpen}
        title={`${wholeTime(line.time, zone)}; details`}
        onClick={() => setIsOpen(!isOpen)}
      >
        {hasTime ? clockTimeMs(line.time, zone) : ''}
      </button>
      {isOfMany && <span className="line-container">{line.container}</span>}
      <span className="line-text">
        <Message text={line.message} isWhole={isOpen} />
      </span>
      {isOpen && <PodLineDetails line={line} />}
    </div>
  )
}

function PodLineDetails({ line }: { line: Line }) {
  const facts = [
    { name: 'time', value: useTimeText(line.time) },
    { name: 'severity', value: severityName(line.severity) },
    { name: 'stream', value: line.stream },
    { name: 'container', value: `${line.container}, life ${line.restart ?? 'unknown'}` },
    { name: 'offset', value: line.offset === null ? '' : String(line.offset) },
    { name: 'trace', value: line.traceId },
    ...Object.entries(line.attributes).map(([name, value]) => ({ name, value })),
  ]
  return (
    <LineDetails line={line} facts={facts}>
      <Link to="." search={(before) => ({ ...before, at: line.time })}>
        Link to this line
      </Link>
    </LineDetails>
  )
}

// One row of the lines of a pod: a line, which opens to its details, a gap, or the begin of a life.
import { Link } from '@tanstack/react-router'
import { memo, useState } from 'react'
import type { Line } from '../api/types.ts'
import { Message } from '../text/message.tsx'
import { clockTimeMs, dayOf, epochMs, wholeTime } from '../time/format.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { outcomeWord } from '../ui/outcome.tsx'
import { Time, useNowMs, useZone } from '../ui/zone.tsx'
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
  const severity = line.severity === '' ? 'none' : line.severity
  return (
    <div className={`line severity-${severity}${isNamed ? ' is-named' : ''}`}>
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
      {isOpen && <LineDetails line={line} />}
    </div>
  )
}

function LineDetails({ line }: { line: Line }) {
  const zone = useZone()
  const nowMs = useNowMs()
  const facts: (readonly [string, string])[] = [
    ['time', `${dayOf(line.time, zone, nowMs)}, ${wholeTime(line.time, zone)} (${epochMs(line.time)} ms)`],
    ['severity', line.severity === '' ? 'none known' : line.severity],
    ['stream', line.stream],
    ['container', `${line.container}, life ${line.restart ?? 'unknown'}`],
    ['offset', line.offset === null ? '' : String(line.offset)],
    ['trace', line.traceId],
    ...Object.entries(line.attributes),
  ]
  return (
    <div className="line-details">
      <dl>
        {facts
          .filter(([, value]) => value !== '')
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <Message text={value} />
              </dd>
            </div>
          ))}
      </dl>
      <p>
        <CopyButton label="Copy text" text={line.message} />
        <Link to="." search={(before) => ({ ...before, at: line.time })}>
          Link to this line
        </Link>
      </p>
    </div>
  )
}

// A line of the logs in its columns, which opens to its details.
import { memo, useState } from 'react'
import type { Line } from '../api/types.ts'
import { Message } from '../text/message.tsx'
import { clockTimeMs, dayOf, wholeTime } from '../time/format.ts'
import { severityName } from '../ui/severity.ts'
import { useNowMs, useZone } from '../ui/zone.tsx'
import { columnText } from './log-columns.ts'
import { LogDetails } from './log-details.tsx'

export interface LogRowProps {
  line: Line
  columns: readonly string[]
  /** Whether the address names this line. */
  isNamed: boolean
}

export const LogRow = memo(function LogRow({ line, columns, isNamed }: LogRowProps) {
  const [isOpen, setIsOpen] = useState(false)
  const zone = useZone()
  return (
    <>
      <div
        className={`line severity-${severityName(line.severity)}${isNamed ? ' is-named' : ''}`}
        aria-current={isNamed ? 'true' : undefined}
      >
        <button
          type="button"
          className="line-time"
          aria-expanded={isOpen}
          title={`${wholeTime(line.time, zone)}; details`}
          onClick={() => setIsOpen(!isOpen)}
        >
          {columns.includes('time') ? <LineTime time={line.time} /> : <span aria-hidden="true">›</span>}
          <span className="visually-hidden"> details</span>
        </button>
        {columns
          .filter((column) => column !== 'time')
          .map((column) =>
            column === 'message' ? (
              <span key={column} className="line-text">
                <Message text={line.message} isWhole={isOpen} />
              </span>
            ) : (
              <span
                key={column}
                className={`line-cell cell-${column}`}
                title={`${column}: ${columnText(line, column)}`}
              >
                <Message text={columnText(line, column)} />
              </span>
            ),
          )}
      </div>
      {isOpen && (
        <div className="line-open">
          <LogDetails line={line} />
        </div>
      )}
    </>
  )
})

function LineTime({ time }: { time: string }) {
  const zone = useZone()
  const nowMs = useNowMs()
  return (
    <>
      <span className="line-day">{dayOf(time, zone, nowMs)} </span>
      {clockTimeMs(time, zone)}
    </>
  )
}

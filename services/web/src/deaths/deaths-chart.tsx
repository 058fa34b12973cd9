// Deaths over time, by outcome. A stretch that is drawn over the bars becomes the time of the list; the fields beside the
// range do the same by keys.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useState, type PointerEvent } from 'react'
import { deathCountsOf } from '../api/deaths.ts'
import type { DeathCounts } from '../api/types.ts'
import { without } from '../search-params.ts'
import { endOfBuckets } from '../time/buckets.ts'
import { clockTime, dayOf, zoneName } from '../time/format.ts'
import { outcomes, outcomeWord } from '../ui/outcome.tsx'
import { Failure } from '../ui/state.tsx'
import { useNowMs, useZone } from '../ui/zone.tsx'

const route = getRouteApi('/deaths')
const height = 72

export function DeathsChart() {
  const filters = without(route.useSearch(), 'tz', 'group')
  const { data, error, refetch } = useQuery({
    queryKey: ['death-counts', filters],
    queryFn: ({ signal }) => deathCountsOf(filters, signal),
    placeholderData: keepPreviousData,
  })
  if (error !== null) return <Failure what="Deaths over time" error={error} onRetry={() => void refetch()} />
  if (data === undefined) return <div className="chart" style={{ height: height + 24 }} aria-hidden="true" />
  if (data.buckets.length === 0) return null
  return <Bars buckets={data.buckets} step={data.step} />
}

function Bars({ buckets, step }: Pick<DeathCounts, 'buckets' | 'step'>) {
  const navigate = route.useNavigate()
  const zone = useZone()
  const nowMs = useNowMs()
  const [drawn, setDrawn] = useState<{ from: number; to: number } | undefined>(undefined)
  const most = Math.max(...buckets.map(({ total }) => total))
  const first = buckets[0]!.time
  const end = endOfBuckets(buckets, step)
  const timeText = (time: string): string => `${dayOf(time, zone, nowMs)} ${clockTime(time, zone)}`

  const indexAt = ({ currentTarget, clientX }: PointerEvent<HTMLElement>): number => {
    const { left, width } = currentTarget.getBoundingClientRect()
    return Math.min(buckets.length - 1, Math.max(0, Math.floor(((clientX - left) / width) * buckets.length)))
  }
  function choose(): void {
    if (drawn === undefined) return
    const [a, b] = [drawn.from, drawn.to].toSorted((x, y) => x - y) as [number, number]
    setDrawn(undefined)
    const to = buckets[b + 1]?.time ?? end
    void navigate({ search: (before) => ({ ...before, from: buckets[a]!.time, to }) })
  }
  return (
    <figure className="chart">
      <figcaption className="faint">
        {buckets.reduce((sum, { total }) => sum + total, 0)} deaths from {timeText(first)} to {timeText(end)}{' '}
        {zoneName(zone, Date.parse(first))}, a bar for each {step}
      </figcaption>
      <div
        className="bars"
        style={{ height }}
        aria-hidden="true"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          setDrawn({ from: indexAt(event), to: indexAt(event) })
        }}
        onPointerMove={(event) => drawn !== undefined && setDrawn({ ...drawn, to: indexAt(event) })}
        onPointerUp={choose}
        onPointerCancel={() => setDrawn(undefined)}
      >
        {buckets.map(({ time, total, byOutcome }, index) => (
          <span
            key={time}
            className={isWithin(index, drawn) ? 'bucket is-drawn' : 'bucket'}
            title={`${timeText(time)}: ${outcomes
              .filter((outcome) => byOutcome[outcome] !== undefined)
              .map((outcome) => `${byOutcome[outcome]} ${outcomeWord(outcome)}`)
              .join(', ')}`}
          >
            {outcomes.map((outcome) => {
              const count = byOutcome[outcome]
              return count === undefined ? null : (
                <span
                  key={outcome}
                  className={`bar-part outcome-${outcome}`}
                  style={{ height: `${(count / most) * 100}%` }}
                />
              )
            })}
            {total === 0 ? null : <span className="bar-total">{buckets.length < 40 ? total : ''}</span>}
          </span>
        ))}
      </div>
    </figure>
  )
}

const isWithin = (index: number, drawn: { from: number; to: number } | undefined): boolean =>
  drawn !== undefined && index >= Math.min(drawn.from, drawn.to) && index <= Math.max(drawn.from, drawn.to)

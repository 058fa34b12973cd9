// The life of a pod over time: a lane for each container with its lives by how they ended, gaps hatched, and above them
// what Kubernetes reported. A click goes to the lines of that time.
import { getRouteApi } from '@tanstack/react-router'
import type { Obituary } from '../api/types.ts'
import { without } from '../search-params.ts'
import { outcomeWord } from '../ui/outcome.tsx'
import { useNowMs, useZone } from '../ui/zone.tsx'
import { clockTime, dayOf, duration, epochMs, zoneName } from '../time/format.ts'
import { axisSpan, closerLooks, lanesOf, pinsOf, ticksOf, type Bar } from './axis-model.ts'

const route = getRouteApi('/pods/$uid')
const laneHeight = 26
const pinsHeight = 22
/** Of the drawing, in its own units; it is as wide as the page. */
const width = 1000

export function TimeAxis({ obituary, onJump }: { obituary: Obituary; onJump: (time: string) => void }) {
  const zone = useZone()
  const nowMs = useNowMs()
  const { last } = route.useSearch()
  const whole = axisSpan(obituary, nowMs)
  const span = axisSpan(obituary, nowMs, last === undefined ? undefined : Number(last) * 1000)
  const lanes = lanesOf(obituary.pod.containers, span)
  const pins = pinsOf(obituary.timeline, span)
  const percent = (share: number): string => `${(share * 100).toFixed(3)}%`
  return (
    <figure className="axis">
      <figcaption className="visually-hidden">
        The lives of this pod from {dayOf(span.from, zone, nowMs)} {clockTime(span.from, zone)} to{' '}
        {dayOf(span.to, zone, nowMs)} {clockTime(span.to, zone)} {zoneName(zone, epochMs(span.to))}
      </figcaption>
      <Looks looks={closerLooks(whole)} last={last} />
      <div className="lane pins" style={{ height: pinsHeight }}>
        <span className="lane-name">Events</span>
        <div className="lane-track">
          {pins.map(({ share, texts, kind, time }) => (
            <button
              key={`${kind} ${time}`}
              type="button"
              className={`pin pin-${kind}`}
              style={{ left: percent(share) }}
              title={`${clockTime(time, zone)} ${texts.join('\n')}`}
              aria-label={`${clockTime(time, zone)} ${texts.join('; ')}`}
              onClick={() => onJump(time)}
            />
          ))}
        </div>
      </div>
      {lanes.map(({ name, bars }) => (
        <div className="lane" key={name} style={{ height: laneHeight }}>
          <span className="lane-name" title={name}>
            {name}
          </span>
          <div className="lane-track">
            {bars.map((bar) => (
              <LifeBar key={bar.key} bar={bar} container={name} onJump={onJump} />
            ))}
          </div>
        </div>
      ))}
      <div className="lane ticks" aria-hidden="true">
        <span className="lane-name" />
        <div className="lane-track">
          {ticksOf(span, zone, width).map(({ share, label }) => (
            <span key={share} className="tick" style={{ left: percent(share) }}>
              {label}
            </span>
          ))}
        </div>
      </div>
    </figure>
  )
}

function Looks({ looks, last }: { looks: ReturnType<typeof closerLooks>; last: string | undefined }) {
  const navigate = route.useNavigate()
  if (looks.length === 0) return null
  const choices: (readonly [last: string | undefined, text: string])[] = [
    [undefined, 'its whole life'],
    ...looks.map(([lastMs, text]) => [String(lastMs / 1000), text] as const),
  ]
  return (
    <fieldset className="segments looks" aria-label="What the time axis shows">
      {choices.map(([value, text]) => (
        <button
          key={text}
          type="button"
          aria-pressed={last === value}
          onClick={() =>
            void navigate({
              search: (before) => (value === undefined ? without(before, 'last') : { ...before, last: value }),
              replace: true,
            })
          }
        >
          {text}
        </button>
      ))}
    </fieldset>
  )
}

function LifeBar({ bar, container, onJump }: { bar: Bar; container: string; onJump: (time: string) => void }) {
  const { life, from, to, gaps } = bar
  const percent = (share: number): string => `${(share * 100).toFixed(3)}%`
  const lasted = bar.lastedMs === undefined ? '' : `, lived ${duration(bar.lastedMs)}`
  const text = `${container}, life ${life.restart ?? '?'}: ${outcomeWord(life.outcome)}${lasted}, ${life.lines} lines. ${life.seal?.text ?? ''}`
  return (
    <>
      <button
        type="button"
        className={`life outcome-${life.outcome}`}
        style={{ left: percent(from), width: percent(to - from) }}
        title={text}
        aria-label={text}
        onClick={() => onJump(bar.time)}
      >
        <span className="life-name">{life.restart ?? ''}</span>
      </button>
      {gaps.map((gap) => (
        <span
          key={gap.from}
          className="gap-mark"
          style={{ left: percent(gap.share), width: percent(gap.width) }}
          title={`A gap: ${gap.reason}`}
        />
      ))}
    </>
  )
}

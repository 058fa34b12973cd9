// Counts over time as stacked bars (uPlot). A stretch of time is chosen with the mouse, or by keys: arrows go from bar to
// bar, with shift they choose, Enter takes the choice.
import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import UPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { endOfBuckets, stepMs } from '../time/buckets.ts'
import { clockTime, dayOf, type Zone } from '../time/format.ts'
import { useZone } from './zone.tsx'
import { stacked } from './bars-model.ts'

export interface BarsBucket {
  time: string
  total: number
  counts: Readonly<Record<string, number>>
}

export interface BarsOverTimeProps {
  label: string
  step: string
  buckets: readonly BarsBucket[]
  /** Names of what is stacked, the top first, with a variable of base.css that is its colour. */
  series: readonly { name: string; word: string; colour: string }[]
  /** RFC 3339. */
  onBrush: (from: string, to: string) => void
}

const height = 96
/** px below which a drag is a click. */
const dragMin = 4

export const BarsOverTime = (props: BarsOverTimeProps) => <Bars key={useScheme()} {...props} />

function Bars({ label, step, buckets, series, onBrush }: BarsOverTimeProps) {
  const host = useRef<HTMLDivElement>(null)
  const plot = useRef<UPlot | undefined>(undefined)
  const zone = useZone()
  const brush = useRef(onBrush)
  useEffect(() => {
    brush.current = onBrush
  })
  useEffect(() => {
    const element = host.current!
    const names = series.map(({ name }) => name)
    const colours = series.map(({ colour }) => resolvedColour(element, colour))
    const made = new UPlot(
      optionsOf({
        width: element.clientWidth,
        step,
        buckets,
        colours,
        ink: resolvedColour(element, '--faint'),
        grid: resolvedColour(element, '--line'),
        zone,
        onBrush: (fromMs, toMs) => brush.current(isoTime(fromMs), isoTime(toMs)),
      }),
      [
        buckets.map(({ time }) => Date.parse(time) / 1000),
        ...stacked(buckets, names, ({ counts }, name) => counts[name] ?? 0),
      ],
      element,
    )
    plot.current = made
    const sized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }))
    sized.observe(element)
    return () => {
      sized.disconnect()
      made.destroy()
    }
  }, [buckets, series, step, zone])
  const keys = useBarKeys({ plot, buckets, step, onBrush, series })
  return (
    <div
      ref={host}
      className="plot"
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- A canvas is drawn in it.
      role="slider"
      tabIndex={0}
      aria-label={`${label}. Arrows go through the bars, with shift they choose a time, Enter takes it.`}
      aria-valuemin={0}
      aria-valuemax={buckets.length - 1}
      aria-valuenow={keys.at}
      aria-valuetext={keys.text}
      onKeyDown={keys.onKeyDown}
    />
  )
}

interface BarKeys extends Pick<BarsOverTimeProps, 'buckets' | 'step' | 'onBrush' | 'series'> {
  plot: React.RefObject<UPlot | undefined>
}

function useBarKeys({ plot, buckets, step, onBrush, series }: BarKeys) {
  const zone = useZone()
  const [{ at, anchor }, setPlace] = useState({ at: buckets.length - 1, anchor: buckets.length - 1 })
  const here = Math.min(at, buckets.length - 1)
  const [first, last] = [Math.min(here, anchor), Math.max(here, anchor)]
  function onKeyDown(event: KeyboardEvent): void {
    const moves: Readonly<Record<string, number>> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      Home: -buckets.length,
      End: buckets.length,
    }
    const move = moves[event.key]
    if (move !== undefined) {
      event.preventDefault()
      const next = Math.min(buckets.length - 1, Math.max(0, here + move))
      const start = event.shiftKey ? anchor : next
      setPlace({ at: next, anchor: start })
      mark(plot.current, buckets, step, Math.min(next, start), Math.max(next, start))
    } else if (event.key === 'Enter' && buckets[first] !== undefined) {
      event.preventDefault()
      onBrush(buckets[first].time, endOfBuckets(buckets.slice(0, last + 1), step))
    }
  }
  return { at: here, text: textOf(buckets.slice(first, last + 1), series, zone), onKeyDown }
}

function textOf(chosen: readonly BarsBucket[], series: BarsOverTimeProps['series'], zone: Zone): string {
  const start = chosen[0]
  if (start === undefined) return ''
  const counts = series
    .map(({ name, word }) => [chosen.reduce((sum, bucket) => sum + (bucket.counts[name] ?? 0), 0), word] as const)
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
  return `${clockTime(start.time, zone)}, ${chosen.length} bars: ${counts.join(', ')}`
}

function mark(
  plot: UPlot | undefined,
  buckets: readonly BarsBucket[],
  step: string,
  first: number,
  last: number,
): void {
  if (plot === undefined) return
  const x = (index: number, addMs: number): number =>
    plot.valToPos((Date.parse(buckets[index]!.time) + addMs) / 1000, 'x')
  const left = x(first, 0)
  plot.setSelect({ left, top: 0, width: x(last, stepMs(step)) - left, height: plot.over.clientHeight }, false)
}

interface PlotLook extends Pick<BarsOverTimeProps, 'step' | 'buckets'> {
  width: number
  colours: readonly string[]
  ink: string
  grid: string
  zone: Zone
  onBrush: (fromMs: number, toMs: number) => void
}

function optionsOf({ width, step, buckets, colours, ink, grid, zone, onBrush }: PlotLook): UPlot.Options {
  const fromS = Date.parse(buckets[0]!.time) / 1000
  const toS = Date.parse(endOfBuckets(buckets, step)) / 1000
  const isOfDays = toS - fromS > 86_400
  const font = '11px system-ui, sans-serif'
  return {
    width,
    height,
    legend: { show: false },
    tzDate: (seconds) =>
      zone === 'utc' ? UPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC') : new Date(seconds * 1000),
    scales: { x: { time: true, range: [fromS, toS] }, y: { range: (_, __, most) => [0, Math.max(1, most)] } },
    axes: [
      {
        stroke: ink,
        font,
        size: 24,
        grid: { show: false },
        ticks: { stroke: grid, size: 4 },
        values: (_, ticks) => ticks.map((seconds) => tickText(seconds, zone, isOfDays)),
      },
      { stroke: ink, font, size: 48, grid: { stroke: grid, width: 1 }, ticks: { show: false }, space: 30 },
    ],
    series: [
      {},
      ...colours.map((colour) => ({
        fill: colour,
        width: 0,
        points: { show: false },
        ...(UPlot.paths.bars === undefined ? {} : { paths: UPlot.paths.bars({ size: [0.9, 60], align: 1 }) }),
      })),
    ],
    cursor: { drag: { x: true, y: false, setScale: false }, points: { show: false }, y: false },
    hooks: {
      setSelect: [
        ({ select, posToVal }) => {
          if (select.width >= dragMin)
            onBrush(posToVal(select.left, 'x') * 1000, posToVal(select.left + select.width, 'x') * 1000)
        },
      ],
    },
  }
}

function tickText(seconds: number, zone: Zone, isOfDays: boolean): string {
  const time = isoTime(seconds * 1000)
  const clock = clockTime(time, zone)
  return isOfDays ? `${dayOf(time, zone, Date.now())} ${clock.slice(0, 5)}` : clock
}

const isoTime = (ms: number): string => new Date(Math.round(ms)).toISOString()

/** A canvas takes no variable and no `light-dark`: an element says what they are. */
function resolvedColour(element: HTMLElement, variable: string): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${variable})`
  element.append(probe)
  const { color } = getComputedStyle(probe)
  probe.remove()
  return color
}

const darkQuery = '(prefers-color-scheme: dark)'
const schemeNow = (): string =>
  `${getComputedStyle(document.documentElement).colorScheme} ${matchMedia(darkQuery).matches}`

/** Changes as the colours of the page do. */
function useScheme(): string {
  const [scheme, setScheme] = useState(schemeNow)
  useEffect(() => {
    const dark = matchMedia(darkQuery)
    const look = (): void => setScheme(schemeNow())
    const watched = new MutationObserver(look)
    watched.observe(document.documentElement, { attributes: true })
    dark.addEventListener('change', look)
    return () => {
      watched.disconnect()
      dark.removeEventListener('change', look)
    }
  }, [])
  return scheme
}

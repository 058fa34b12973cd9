// Decides to which life a line belongs that came without a container id, and without a number or with one that several
// instances had: to the life that was running at its time. Kubernetes cuts times to whole seconds: in the second in
// which a life starts, a line of the life before counts as the new life's.

import { epochNs } from './epoch-ns.ts'

export interface LifeTimes {
  container: string
  restart: number
  containerId: string
  startedAt: string | null
  finishedAt: string | null
}

/** Lines from `from` up to the next span belong to this life; null where it cannot be decided. */
export interface LifeSpan {
  /** Epoch ns; 0 for the first span. */
  from: bigint
  restart: number | null
  /** '' where it is not known. */
  containerId: string
}

/**
 * The name of a list of spans: `<container>` for lines without a number, `<container>/<restart>` for lines with a
 * number that several instances had.
 */
export const spanName = (container: string, restart: number): string =>
  restart < 0 ? container : `${container}/${restart}`

/**
 * Returns spans by spanName, ascending, the first one from 0. `lives` must have the lives of each container in order.
 * Containers without a usable time have no spans.
 */
export function lifeSpans(lives: readonly LifeTimes[]): Map<string, LifeSpan[]> {
  const spans = new Map<string, LifeSpan[]>()
  for (const [container, ofOne] of Map.groupBy(lives, (life) => life.container)) {
    const all = spansOf(ofOne)
    if (all.length > 0) spans.set(spanName(container, -1), all)
    for (const [restart, ofNumber] of Map.groupBy(ofOne, (life) => life.restart)) {
      if (ofNumber.length > 1) spans.set(spanName(container, restart), spansOfNumber(ofNumber))
    }
  }
  return spans
}

/** Returns the times at which lines belong to a life. `to` is undefined where there is no end. */
export function timesOf(
  spans: readonly LifeSpan[],
  { restart, containerIds }: { restart: number; containerIds: readonly string[] },
): { from: bigint; to: bigint | undefined }[] {
  return spans.flatMap((span, i) => {
    const own = span.restart === restart && (span.containerId === '' || containerIds.includes(span.containerId))
    return own ? [{ from: span.from, to: spans[i + 1]?.from }] : []
  })
}

export function spanAt(spans: readonly LifeSpan[], ns: bigint): LifeSpan | undefined {
  return spans.findLast(({ from }) => from <= ns)
}

const second = 1_000_000_000n

// A line after one life's end and before the next start belongs to the earlier life, unless a life between them is
// unknown.
function spansOf(lives: readonly LifeTimes[]): LifeSpan[] {
  const spans: LifeSpan[] = []
  let before: LifeTimes | undefined
  for (const life of lives) {
    const from = startOf(life)
    if (from === undefined || (spans.length > 0 && from < spans.at(-1)!.from)) continue
    if (spans.length === 0)
      spans.push(life.restart === 0 ? spanFrom(0n, life) : { from: 0n, restart: null, containerId: '' })
    else if (before !== undefined && life.restart > before.restart + 1) openEnd(spans, before, from)
    spans.push(spanFrom(from, life))
    before = life
  }
  return spans
}

// A life is missing in between: lines after the end of this one may belong to the missing one.
function openEnd(spans: LifeSpan[], { finishedAt }: LifeTimes, next: bigint): void {
  const begun = spans.at(-1)!
  const end = finishedAt === null ? begun.from : epochNs(finishedAt) + second
  if (end > next) return
  if (end <= begun.from) Object.assign(begun, { restart: null, containerId: '' })
  else spans.push({ from: end, restart: null, containerId: '' })
}

// A line with the number belongs to one of its instances: to the first one until another starts.
function spansOfNumber(lives: readonly LifeTimes[]): LifeSpan[] {
  const timed = lives.filter((life, i) => i === 0 || startOf(life) !== undefined)
  return timed.map((life, i) => spanFrom(i === 0 ? 0n : startOf(life)!, life))
}

const spanFrom = (from: bigint, { restart, containerId }: LifeTimes): LifeSpan => ({ from, restart, containerId })

// For a container that could not be started, the kubelet reports a start at the epoch.
function startOf({ startedAt }: LifeTimes): bigint | undefined {
  const ns = startedAt === null ? 0n : epochNs(startedAt)
  return ns > 0n ? ns : undefined
}

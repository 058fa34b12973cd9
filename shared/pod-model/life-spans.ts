// Which life a line belongs to that came without a container id, and with no number or one that several instances had:
// the one that the times of Kubernetes put it into. They are whole seconds, cut off: within the second in which a life
// starts, a line of the one before it counts as the new one's.

export interface LifeTimes {
  container: string
  restart: number
  containerId: string
  startedAt: string | null
  finishedAt: string | null
}

/** From here on, up to the next span, lines are of this life; null where no one can tell. */
export interface LifeSpan {
  /** Epoch ns; 0 of the first span. */
  from: bigint
  restart: number | null
  /** '' where it is not known. */
  containerId: string
}

/**
 * Of lines without a number by `<container>`, of those with a number that several instances had by
 * `<container>/<restart>`.
 */
export const spanName = (container: string, restart: number): string => (restart < 0 ? container : `${container}/${restart}`)

/**
 * By spanName, ascending, the first from 0 on. `lives`: of each container in their order. Containers without any usable
 * time are left out.
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

/** When lines are of a life; `to` is undefined where it has no end. */
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

// What was said after an end and before the next start is the earlier life's, unless a life between them is not known.
function spansOf(lives: readonly LifeTimes[]): LifeSpan[] {
  const spans: LifeSpan[] = []
  let before: LifeTimes | undefined
  for (const life of lives) {
    const from = startOf(life)
    if (from === undefined || (spans.length > 0 && from < spans.at(-1)!.from)) continue
    if (spans.length === 0) spans.push(life.restart === 0 ? spanFrom(0n, life) : { from: 0n, restart: null, containerId: '' })
    else if (before !== undefined && life.restart > before.restart + 1) openEnd(spans, before, from)
    spans.push(spanFrom(from, life))
    before = life
  }
  return spans
}

// A life between is missing: what was said after this one's end may be that one's.
function openEnd(spans: LifeSpan[], { finishedAt }: LifeTimes, next: bigint): void {
  const begun = spans.at(-1)!
  const end = finishedAt === null ? begun.from : epochNs(finishedAt) + second
  if (end > next) return
  if (end <= begun.from) Object.assign(begun, { restart: null, containerId: '' })
  else spans.push({ from: end, restart: null, containerId: '' })
}

// Every line of the number is of one of its instances: of the first until another starts.
function spansOfNumber(lives: readonly LifeTimes[]): LifeSpan[] {
  const timed = lives.filter((life, i) => i === 0 || startOf(life) !== undefined)
  return timed.map((life, i) => spanFrom(i === 0 ? 0n : startOf(life)!, life))
}

const spanFrom = (from: bigint, { restart, containerId }: LifeTimes): LifeSpan => ({ from, restart, containerId })

// A container that could not be started has started at the epoch, as the kubelet tells it.
function startOf({ startedAt }: LifeTimes): bigint | undefined {
  const ns = startedAt === null ? 0n : epochNs(startedAt)
  return ns > 0n ? ns : undefined
}

const epochNs = (time: string): bigint => BigInt(Date.parse(`${time.slice(0, 19)}Z`)) * 1_000_000n + BigInt(time.slice(20, 29))

// Pure: the dividers between the lines of a tail that follows an owner. A divider says that a pod or a container
// instance died or was born.
import type { Outcome } from '#shared/lifecycle/evidence.ts'
import type { Line } from '#shared/lines/row-decoder.ts'

export interface Divider {
  time: string
  kind: 'died' | 'born'
  pod: string
  podUid: string
  /** '' where the divider is about the whole pod. */
  container: string
  restart: number | null
  outcome: Outcome
  reason: string
  exitCode: number | null
  node: string
  text: string
}

export interface Death {
  /** `web-7c`, or `web-7c/app`. */
  who: string
  outcome: Outcome
  reason: string
  exitCode: number | null
  time: string
}

/** `── web-7c died: OOMKilled (137) ──` */
export const deathText = (death: Death): string => `── ${died(death)} ──`

/**
 * `── web-7c died: OOMKilled (137) · web-9k born on node-4, 4.2 s later ──`. `death` is that of the pod or instance
 * that the new one replaces.
 */
export function birthText(
  { who, node, time }: { who: string; node: string; time: string },
  death: Death | undefined,
): string {
  const born = `${who} born${node === '' ? '' : ` on ${node}`}`
  return death === undefined ? `── ${born} ──` : `── ${died(death)} · ${born}, ${laterText(death.time, time)} ──`
}

const died = ({ who, outcome, reason, exitCode }: Death): string =>
  `${who} died: ${why(outcome, reason)}${exitCode === null ? '' : ` (${exitCode})`}`

/** The outcome in the words of kubectl: reasons differ between a pod and its containers. */
function why(outcome: Outcome, reason: string): string {
  switch (outcome) {
    case 'oomkilled':
      return 'OOMKilled'
    case 'evicted':
      return 'Evicted'
    case 'crashed':
    case 'unknown':
      return reason === '' || reason === 'Error' ? outcome : reason
    case 'running':
    case 'completed':
    case 'node-lost':
    case 'deleted':
      return outcome
  }
}

function laterText(from: string, to: string): string {
  const ms = Date.parse(to) - Date.parse(from)
  if (ms < 0) return 'before it'
  if (ms < 60_000) return `${Number((ms / 1000).toFixed(1))} s later`
  return ms < 3_600_000 ? `${Math.round(ms / 60_000)} min later` : `${Number((ms / 3_600_000).toFixed(1))} h later`
}

/**
 * Lines in their order, with the dividers among them: a death stands behind the last line of the pod or instance that
 * died, a birth before the first line of the one that was born.
 */
export function interleave<T extends { line: Line }>(
  lines: readonly T[],
  dividers: readonly Divider[],
): (T | Divider)[] {
  const before = new Map<number, Divider[]>()
  for (const divider of dividers) {
    const place = placeOf(divider, lines)
    before.set(place, [...(before.get(place) ?? []), divider])
  }
  const linesWithDividers = lines.flatMap((line, i) => [...(before.get(i) ?? []), line])
  return [...linesWithDividers, ...(before.get(lines.length) ?? [])]
}

/**
 * Epoch ns up to which lines stand before the divider. Kubernetes reports whole seconds, and the last lines of a pod
 * fall into the second of its death.
 */
export function untilTime({ kind, time }: Divider): bigint {
  const ns = BigInt(Date.parse(`${time.slice(0, 19)}Z`)) * 1_000_000n
  return kind === 'died' ? ns + 999_999_999n : ns - 1n
}

function placeOf(divider: Divider, lines: readonly { line: Line }[]): number {
  const { kind, pod, container, restart } = divider
  const isOfDivider = ({ line }: { line: Line }): boolean =>
    line.pod === pod &&
    (container === '' || (line.container === container && (restart === null || line.restart === restart)))
  const ownIndex = kind === 'died' ? lines.findLastIndex(isOfDivider) : lines.findIndex(isOfDivider)
  if (ownIndex >= 0) return kind === 'died' ? ownIndex + 1 : ownIndex
  const until = untilTime(divider)
  const later = lines.findIndex(({ line }) => line.ts > until)
  return later < 0 ? lines.length : later
}

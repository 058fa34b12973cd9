// Pure: takes over what a record has about lives that have ended. Seals that were made while the lines were there
// outlive the lines, and lines that were counted once are not counted again.
import type { LifeJson, RenderedPod } from './pod.ts'
import type { LifeRecord, PodRecord } from './record.ts'

/** Returns the pod with the seals of `before` for lives of which lines have expired since. */
export function withArchivedSeals(rendered: RenderedPod, before: PodRecord | undefined): RenderedPod {
  if (before === undefined || rendered.lives.every((life) => life.lacksLines !== true)) return rendered
  return mapLives(rendered, (life, container, i) => {
    const seal = recordedLife(before, container, life)?.seal ?? null
    const { lacksLines, lines } = rendered.lives[i]!
    const isBetter = lacksLines === true && seal !== null && seal.lines >= lines
    return isBetter ? { ...life, seal } : life
  })
}

/** Names a life among those of its pod. */
export const lifeName = (
  container: string,
  { restart, containerId }: Pick<LifeJson, 'restart' | 'containerId'>,
): string => JSON.stringify([container, restart, containerId])

/**
 * Lives that have ended and whose lines the record counted, by `lifeName`: it has them with the same ends, first and
 * last lines.
 */
export function livesOnRecord({ pod }: RenderedPod, record: PodRecord): Set<string> {
  const names = pod.containers.flatMap(({ name, lives }) =>
    lives.flatMap((life) => {
      const recorded = life.outcome === 'running' ? undefined : recordedLife(record, name, life)
      const isCounted = recorded !== undefined && (recorded.linesExact || recorded.uncounted === true)
      return isCounted && isSameLife(recorded, life) ? [lifeName(name, life)] : []
    }),
  )
  return new Set(names)
}

/**
 * The pod with the numbers of lines that the record has of lives of these containers, where it has no fewer: lines of
 * them expired since, and nothing else knows any more of which life they were.
 */
export function withUndecidedLines(
  rendered: RenderedPod,
  record: PodRecord,
  containers: readonly string[],
): RenderedPod {
  if (containers.length === 0) return rendered
  const names = rendered.pod.containers.flatMap(({ name, lives }) =>
    lives.flatMap((life) => {
      const recorded = containers.includes(name) ? recordedLife(record, name, life) : undefined
      return recorded === undefined || recorded.lines < life.lines ? [] : [lifeName(name, life)]
    }),
  )
  return withRecordedLines(rendered, record, new Set(names))
}

const isSameLife = (a: LifeJson, b: LifeJson): boolean =>
  (['outcome', 'startedAt', 'finishedAt', 'firstLine', 'lastLine'] as const).every((field) => a[field] === b[field])

/** The pod with the lines of these lives, by `lifeName`, as the record counted them. */
export function withRecordedLines(rendered: RenderedPod, record: PodRecord, names: ReadonlySet<string>): RenderedPod {
  const lives = [...rendered.lives]
  const mapped = mapLives(rendered, (life, container, i) => {
    const recorded = names.has(lifeName(container, life)) ? recordedLife(record, container, life) : undefined
    if (recorded === undefined) return life
    const { lines, linesExact, bytes, errors, seal, uncounted = false } = recorded
    lives[i] = { ...lives[i]!, lines, linesExact, bytes, errors, uncounted }
    return { ...life, lines, linesExact, seal }
  })
  const all = mapped.pod.containers.flatMap((container) => container.lives)
  const lines = all.reduce((sum, life) => sum + life.lines, 0)
  const linesExact = all.every((life) => life.linesExact)
  const fatal = rendered.lives.findIndex((life) => life === rendered.verdict.life)
  const verdict = fatal < 0 ? rendered.verdict : { ...rendered.verdict, life: lives[fatal]! }
  return { ...mapped, verdict, lives, pod: { ...mapped.pod, lines, linesExact } }
}

const recordedLife = (record: PodRecord, container: string, life: LifeJson): LifeRecord | undefined =>
  record.lives.find(
    (other) =>
      other.container === container && other.restart === life.restart && other.containerId === life.containerId,
  )

/** `i` is the index of the life in `rendered.lives`. */
function mapLives(
  rendered: RenderedPod,
  change: (life: LifeJson, container: string, i: number) => LifeJson,
): RenderedPod {
  let i = 0
  const containers = rendered.pod.containers.map(({ name, lives }) => ({
    name,
    lives: lives.map((life) => change(life, name, i++)),
  }))
  return { ...rendered, pod: { ...rendered.pod, containers } }
}

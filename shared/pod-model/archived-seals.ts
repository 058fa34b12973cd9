// Pure: takes over what a record has about lives that have ended. Seals that were made while the lines were there
// outlive the lines, and lines that were counted once are not counted again.
import type { LifeJson, RenderedPod } from './pod.ts'
import type { LifeRecord, PodRecord } from './record.ts'

/** Returns the pod with the seals of `before` for lives of which lines have expired since. */
export function withArchivedSeals(rendered: RenderedPod, before: PodRecord | undefined): RenderedPod {
  if (before === undefined || rendered.lives.every((life) => life.lacksLines !== true)) return rendered
  return mapLives(rendered, (life, container, i) => {
    const seal = recordedLife(before, container, life)?.seal ?? null
    const isBetter = rendered.lives[i]!.lacksLines === true && seal !== null && seal.lines >= life.lines
    return isBetter ? { ...life, seal } : life
  })
}

/** Whether the record has every life that has ended, with its present outcome. */
export function hasEndsOf(record: PodRecord, { pod }: RenderedPod): boolean {
  return pod.containers.every(({ name, lives }) =>
    lives.every((life) => life.outcome === 'running' || recordedLife(record, name, life)?.outcome === life.outcome),
  )
}

/** Returns the pod with the record's counts for lives that have ended. */
export function withRecordedLines(rendered: RenderedPod, record: PodRecord): RenderedPod {
  const lives = [...rendered.lives]
  const mapped = mapLives(rendered, (life, container, i) => {
    const recorded = life.outcome === 'running' ? undefined : recordedLife(record, container, life)
    if (recorded === undefined) return life
    const { lines, linesExact, bytes, errors, firstLine, lastLine, seal } = recorded
    lives[i] = { ...lives[i]!, lines, linesExact, bytes, errors, firstLine, lastLine }
    return { ...life, lines, linesExact, firstLine, lastLine, seal }
  })
  const all = mapped.pod.containers.flatMap((container) => container.lives)
  const lines = all.reduce((sum, life) => sum + life.lines, 0)
  const linesExact = all.every((life) => life.linesExact)
  return { ...mapped, lives, pod: { ...mapped.pod, lines, linesExact } }
}

const recordedLife = (record: PodRecord, container: string, life: LifeJson): LifeRecord | undefined =>
  record.lives.find(
    (other) => other.container === container && other.restart === life.restart && other.containerId === life.containerId,
  )

/** `i` is the index of the life in `rendered.lives`. */
function mapLives(rendered: RenderedPod, change: (life: LifeJson, container: string, i: number) => LifeJson): RenderedPod {
  let i = 0
  const containers = rendered.pod.containers.map(({ name, lives }) => ({
    name,
    lives: lives.map((life) => change(life, name, i++)),
  }))
  return { ...rendered, pod: { ...rendered.pod, containers } }
}

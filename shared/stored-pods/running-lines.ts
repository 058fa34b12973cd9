// Pure: which lines of a pod are of lives that run, and may be followed by others at any time.
import { bareContainerId } from '#shared/container-id.ts'
import type { RenderedPod } from '#shared/pod-model/pod.ts'
import type { LinesRow } from './fact-statements.ts'

interface InstanceName {
  container: string
  restart: number | null
  containerId: string
}

/**
 * Lives that lines may be of: by number, and by container id where several instances have the number, or the lines have
 * none.
 */
export function livesOfLines<Life extends InstanceName>(
  line: Pick<LinesRow, keyof InstanceName>,
  lives: readonly Life[],
): Life[] {
  const ofContainer = lives.filter(({ container }) => container === line.container)
  const named = ofContainer.filter(
    ({ containerId }) => containerId !== '' && bareContainerId(containerId) === line.containerId,
  )
  if (line.restart < 0) return named
  const numbered = ofContainer.filter(({ restart }) => restart === line.restart)
  const both = numbered.filter((life) => named.includes(life))
  return both.length > 0 ? both : numbered
}

/** The same, and every life of the container for lines of which nothing but their time says of which they are. */
function livesOfAnyLines<Life extends InstanceName>(
  line: Pick<LinesRow, keyof InstanceName>,
  lives: readonly Life[],
): Life[] {
  const named = livesOfLines(line, lives)
  return named.length > 0 || !isByTime(line) ? named : lives.filter(({ container }) => container === line.container)
}

/** The rows whose lines are all of lives that run, `life` among them. */
export const rowsOfRunning = <Life extends InstanceName & { outcome: string }>(
  life: Life,
  lives: readonly Life[],
  rows: readonly LinesRow[],
): LinesRow[] =>
  rows.filter((row) => {
    const ofRow = livesOfAnyLines(row, lives)
    return ofRow.includes(life) && ofRow.every(({ outcome }) => outcome === 'running')
  })

export const estimateOf = (rows: readonly LinesRow[]): number =>
  rows.reduce((sum, { estimate }) => sum + Number(estimate), 0)

/** Nothing but its time says which life a line is of: neither a restart number nor a container id. */
const isByTime = ({ restart, containerId }: Pick<LinesRow, keyof InstanceName>): boolean =>
  restart < 0 && containerId === ''

export interface SplitLines {
  ended: LinesRow[]
  running: LinesRow[]
  /**
   * Only their times say which are of lives that ended and which of one that runs: they have to be counted to be
   * divided.
   */
  shared: LinesRow[]
}

/** Of a pod with a life that runs, lines that lead to none of its ended lives are of lives that run. */
export function splitLines({ pod, lives }: RenderedPod, lines: readonly LinesRow[]): SplitLines {
  const outcomes = pod.containers.flatMap((container) => container.lives)
  if (outcomes.every(({ outcome }) => outcome !== 'running')) return { ended: [...lines], running: [], shared: [] }
  const known = lives.map((life, i) => ({ ...life, isRunning: outcomes[i]!.outcome === 'running' }))
  const stateOf = (line: LinesRow): keyof SplitLines => {
    const own = livesOfAnyLines(line, known)
    if (own.every((life) => life.isRunning)) return 'running'
    return own.some((life) => life.isRunning) ? 'shared' : 'ended'
  }
  const { running = [], ended = [], shared = [] } = Object.groupBy(lines, stateOf)
  return { running, ended, shared }
}

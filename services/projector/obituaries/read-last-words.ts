// Reads the last words of pods, and the errors of the life that died (decision 0008). Small pods, which most are,
// have them in the lines that were read to count them. Other pods, and those whose lines have to be joined, need
// statements of their own.
import { sql } from '#shared/clickhouse/sql.ts'
import { bareContainerId } from '#shared/container-id.ts'
import type { LineFilter } from '#shared/lines/line-filter.ts'
import { lastMessageMax, lastOfContainers } from '#shared/lines/line-statements.ts'
import { livesScope, type LifeScope, type Times } from '#shared/lines/pod-scope.ts'
import { lineJson, type LineJson } from '#shared/lines/line-json.ts'
import type { FatalLife, Words } from '#shared/obituary/archived-obituary.ts'
import type { LifeError } from '#shared/obituary/death.ts'
import { lastLinesMax, noErrors } from '#shared/obituary/errors-of-death.ts'
import { readSmallPods } from '../count-lines/read-small-pods.ts'
import type { CountablePod } from '../count-lines/small-pods.ts'
import type { PodDossier } from '#shared/pod-model/dossier.ts'
import { attribute, livesNumbered, type PodIdentity } from '#shared/stored-pods/pod-identity.ts'
import type { ProjectedPod } from '../project.ts'
import { readPodPage } from '#shared/store-reading/pod-lines.ts'
import { sharesNumber } from '#shared/lifecycle/instances.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { compareKeys } from '#shared/lines/line-order.ts'
import { badLives, fatalErrors, lifeErrorOf } from './last-errors.ts'
import { keyOf, type Line, type MeasuredLine } from '#shared/lines/row-decoder.ts'

/** So many newest lines of each container are its last words. */
const lastWordsMax = 50
/** Lines that are read at most: a pod of more than a hundred containers gets the newest of all. */
const linesMax = 5000
/** Lines of a pod that one statement sorts at most. */
const sortedMax = 20_000
/** Lines of the pods of one batch, whose last words and documents are in memory together. */
const linesAtOnce = 20_000

/** A pod, with all its lines where they were read to count them. */
export type PodWithLines = PodDossier & Pick<ProjectedPod, 'identity' | 'lines'>

export interface PodWords extends Words {
  /** Of lives that ended badly. */
  lastErrors: LifeError[]
}

/**
 * One for each pod, in their order, with the last words in the order of its containers. `pods`: one batch of
 * `inBatches`.
 */
export async function readWords(reading: Reading, tenant: string, pods: readonly PodWithLines[]): Promise<PodWords[]> {
  const withoutFragments = pods.filter(({ facts }) => facts.lines.every(({ fragments }) => fragments === 0))
  const unread = withoutFragments.filter(({ lines }) => lines === undefined)
  const read = await readSmallPods(
    reading,
    tenant,
    unread.map(({ facts }) => facts as CountablePod),
  )
  const words: PodWords[] = []
  for (const pod of pods) {
    const lines = withoutFragments.includes(pod) ? (pod.lines ?? read.get(pod.facts as CountablePod)?.lines) : undefined
    words.push(lines === undefined ? await readLongWords(reading, tenant, pod) : wordsIn(pod, lines))
  }
  return words
}

const numberOfLines = (lives: PodDossier['rendered']['lives']): number =>
  lives.reduce((sum, { lines }) => sum + lines, 0)

/** Batches of pods with at most `linesAtOnce` lines together, or of one pod that has more. */
export function inBatches<Pod extends PodDossier>(pods: readonly Pod[]): Pod[][] {
  const batched: Pod[][] = []
  let lines = Infinity
  for (const pod of pods) {
    const ofPod = numberOfLines(pod.rendered.lives)
    lines += ofPod
    if (lines > linesAtOnce) {
      batched.push([])
      lines = ofPod
    }
    batched.at(-1)!.push(pod)
  }
  return batched
}

const containersOf = ({ rendered }: PodDossier): string[] => [
  ...new Set(rendered.lives.map(({ container }) => container)),
]

/** The line as an obituary has it for years: a long message is cut, and says so. */
function obituaryLine(line: Line): LineJson {
  const { message } = line
  if (message.length <= lastMessageMax) return lineJson(line)
  let stop = lastMessageMax
  while (stop > lastMessageMax - 4 && (message[stop]! & 0xc0) === 0x80) stop--
  const cutNote = Buffer.from(` …[the first ${stop} bytes; the whole line is among the pod's logs]`)
  return lineJson({ ...line, message: Buffer.concat([message.subarray(0, stop), cutNote]) })
}

/** The life that decided the outcome, where it has a restart number. */
export function fatalLife({ rendered }: PodDossier): FatalLife | undefined {
  const { life } = rendered.verdict
  const own = rendered.lives.find((one) => one === life)
  if (own === undefined || own.restart === null) return undefined
  const { container, restart, containerId, finishedAt } = own
  return { container, restart, containerId, finishedAt }
}

function wordsIn(pod: PodWithLines, lines: readonly MeasuredLine[]): PodWords {
  const ordered = lines.toSorted((a, b) => compareKeys(keyOf(a), keyOf(b)))
  const identity = mustAttribute(pod) ? pod.identity() : undefined
  const attributed = identity === undefined ? ordered : ordered.map((line) => attribute(line, identity))
  const byContainer = Map.groupBy(attributed, ({ container }) => container)
  const lastWords = containersOf(pod).map((container) => ({
    container,
    lines: (byContainer.get(container) ?? []).slice(-lastWordsMax).map(obituaryLine),
  }))
  const byLife = Map.groupBy(attributed, ({ container, restart }) => `${restart} ${container}`)
  const lastErrors = badLives(pod).flatMap((life) =>
    lifeErrorOf(life, linesOfLife(byLife.get(`${life.restart} ${life.container}`) ?? [], life, identity)),
  )
  const life = fatalLife(pod)
  const own = life === undefined ? [] : linesOfLife(attributed, life, identity)
  return { lastWords, lastErrors, ...(life === undefined ? noErrors : fatalErrors(life, own, obituaryLine)) }
}

/** Whether a line may lack the uid of the pod, or the restart number that names one life. */
const mustAttribute = ({ facts, rendered }: PodDossier): boolean =>
  (facts.sentLines ?? facts.lines).some(({ nameless, restart }) => nameless === 1 || restart < 0) ||
  rendered.lives.some((life) => sharesNumber(life, rendered.lives))

/**
 * As the condition of `livesScope`. `lines`: with what `identity` adds to them; without it, their numbers name lives.
 */
function linesOfLife(lines: readonly Line[], life: FatalLife, identity: PodIdentity | undefined): Line[] {
  const numbered = lines.filter(({ container, restart }) => container === life.container && restart === life.restart)
  if (identity === undefined) return numbered
  const lives = livesOfFatal(identity, life)
  return numbered.filter((line) => {
    const isSentWithNumber = (line.storedRestart ?? line.restart) >= 0
    const id = bareContainerId(line.containerId)
    const isIn = ({ from, to }: Times): boolean => line.ts >= from && (to === undefined || line.ts < to)
    return lives.some(({ containerIds, times, timesOfNumber }) => {
      if (isSentWithNumber && timesOfNumber === undefined) return true
      if (id !== '') return containerIds.includes(id)
      return (isSentWithNumber ? timesOfNumber! : times).some(isIn)
    })
  })
}

async function readLongWords(reading: Reading, tenant: string, dossier: PodWithLines): Promise<PodWords> {
  const pod = dossier.identity()
  if (pod === undefined) return { lastWords: [], lastErrors: [], ...noErrors }
  const isMany = numberOfLines(dossier.rendered.lives) > sortedMax
  const newestLines = await (pod.fragments || isMany ? pagedWords : plainWords)(reading, tenant, pod)
  const lastWords = containersOf(dossier).map((container) => ({
    container,
    lines: (newestLines.get(container) ?? []).toReversed().map(obituaryLine),
  }))
  return { lastWords, ...(await errorsOf(reading, tenant, { dossier, pod })) }
}

/** The newest lines by container, newest first. */
async function plainWords(reading: Reading, tenant: string, pod: PodIdentity): Promise<Map<string, Line[]>> {
  const lines = await reading.some(lastOfContainers(whole(tenant, pod), lastWordsMax, linesMax))
  const newestLines = Map.groupBy(
    lines.map((line) => attribute(line, pod)),
    ({ container }) => container,
  )
  // Lines with and without a uid are limited apart, so a container may have twice as many.
  return new Map([...newestLines].map(([container, own]) => [container, own.slice(0, lastWordsMax)]))
}

/** The same, one container after the other, where fragments have to be joined or lines are too many to be sorted. */
async function pagedWords(reading: Reading, tenant: string, pod: PodIdentity): Promise<Map<string, Line[]>> {
  const newestLines = new Map<string, Line[]>()
  for (const container of pod.spoken) {
    const filter: LineFilter = { ...whole(tenant, pod), fields: { container: [container] } }
    newestLines.set(container, (await readPodPage({ reading, filter, pod, order: 'desc', limit: lastWordsMax })).lines)
  }
  return newestLines
}

/** Of the life that died. */
async function errorsOf(
  reading: Reading,
  tenant: string,
  { dossier, pod }: { dossier: PodDossier; pod: PodIdentity },
): Promise<Omit<PodWords, 'lastWords'>> {
  const life = fatalLife(dossier)
  if (life === undefined) return { ...noErrors, lastErrors: [] }
  const scope = sql`${pod.scope} AND ${livesScope(livesOfFatal(pod, life))}`
  const filter: LineFilter = { ...whole(tenant, pod), scope }
  const page = await readPodPage({ reading, pod, filter, order: 'desc', limit: lastLinesMax })
  const lines = page.lines.toReversed()
  const isBadLife = badLives(dossier).some(
    ({ container, restart }) => container === life.container && restart === life.restart,
  )
  return { ...fatalErrors(life, lines, obituaryLine), lastErrors: isBadLife ? lifeErrorOf(life, lines) : [] }
}

/** Of lives that share the number the one with the container id, where one has it. */
function livesOfFatal(pod: PodIdentity, { container, restart, containerId }: FatalLife): LifeScope[] {
  const numbered = livesNumbered(pod, restart).filter((life) => life.container === container)
  const named = numbered.filter(({ containerIds }) => containerIds.includes(containerId))
  return named.length > 0 ? named : numbered
}

function whole(tenant: string, { scope, extent }: PodIdentity): LineFilter {
  const times = extent === undefined ? {} : { from: extent.first, to: extent.last + 1n }
  return { tenant, fields: {}, scope, ...times }
}

// What pods said last, and the first error of the life that died: of small pods, which most are, from the lines that were read to count them; of the
// others, and of those whose lines need to be put together or into lives first, by statements of their own.
import { sql, str } from '#shared/clickhouse/sql.ts'
import type { LineFilter } from '#shared/lines/line-filter.ts'
import { lastMessageMax, lastOfContainers } from '#shared/lines/line-statements.ts'
import { livesScope } from '#shared/lines/pod-scope.ts'
import { lineJson, type LineJson } from '#shared/lines/line-json.ts'
import type { FirstError, LastWords } from '#shared/obituary/obituary.ts'
import { readSmallPods } from '../count-lines/read-small-pods.ts'
import { isSmall, packSmall, type CountablePod } from '../count-lines/small-pods.ts'
import type { PodFacts } from '#shared/pod-model/pod.ts'
import type { PodDossier } from '#shared/pod-model/dossier.ts'
import { attribute, livesNumbered, type PodIdentity } from '#shared/stored-pods/pod-identity.ts'
import { resolvePod } from '../resolve-pod.ts'
import { readPodPage } from '#shared/store-reading/pod-lines.ts'
import { sharesNumber } from '#shared/lifecycle/instances.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { compareKeys } from '#shared/lines/line-order.ts'
import { keyOf, type Line, type MeasuredLine } from '#shared/lines/row-decoder.ts'

export interface Words {
  /** In the order of the pod's containers. */
  lastWords: LastWords[]
  firstError: FirstError | null
}

/** Lines of each container that are its last words. */
const lastWordsMax = 50
/** Of a pod of more containers than a hundred the newest of all. */
const linesMax = 5000
/** Of a pod whose lines are sorted at once. */
const sortedMax = 20_000
/** Lines of pods whose words, and what is written of them, are held at once. */
const linesAtOnce = 20_000

/** A pod, with all its lines where they were read before. */
export type SpokenPod = PodDossier & { lines?: readonly MeasuredLine[] }

/** One for each, in their order. `pods`: as many as `inBatches` gives at once. */
export async function readWords(reading: Reading, tenant: string, pods: readonly SpokenPod[]): Promise<Words[]> {
  const plain = pods.filter(isPlain)
  const read = await readLines(
    reading,
    tenant,
    plain.filter(({ lines }) => lines === undefined),
  )
  const words: Words[] = []
  for (const pod of pods) {
    const lines = plain.includes(pod) ? (pod.lines ?? read.get(pod.facts)) : undefined
    words.push(lines === undefined ? await readLongWords(reading, tenant, pod) : wordsIn(pod, lines))
  }
  return words
}

/** Its lines carry its uid and their restart, and none is a fragment: they are its own as they stand. */
function isPlain({ facts, rendered }: PodDossier): boolean {
  return (
    facts.lines.every(({ nameless, restart, fragments }) => nameless === 0 && restart >= 0 && fragments === 0) &&
    !rendered.lives.some((life) => sharesNumber(life, rendered.lives))
  )
}

/** Of those that are small. */
async function readLines(
  reading: Reading,
  tenant: string,
  pods: readonly PodDossier[],
): Promise<Map<PodFacts, readonly MeasuredLine[]>> {
  const lines = new Map<PodFacts, readonly MeasuredLine[]>()
  for (const pack of packSmall(pods.map(({ facts }) => facts as CountablePod).filter(isSmall)))
    for (const [i, pod] of ((await readSmallPods(reading, tenant, pack)) ?? []).entries()) lines.set(pack[i]!, pod.lines)
  return lines
}

const numberOfLines = (lives: PodDossier['rendered']['lives']): number => lives.reduce((sum, { lines }) => sum + lines, 0)

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

const containersOf = ({ rendered }: PodDossier): string[] => [...new Set(rendered.lives.map(({ container }) => container))]

/** What runtimes write to stderr when a program dies of itself, where no agent told a severity. For JavaScript and RE2 alike. */
const panic = String.raw`^panic:|^goroutine \d+ \[|exception\b|^traceback|segmentation fault|core dumped|unhandled|assertion.*failed|stack overflow|out of memory|^fatal\b|^\w*error:`
const isPanic = new RegExp(panic, 'is')
const panics = sql`match(message, ${str(`(?i)(${panic})`)})`
const severe = { severity: ['error', 'fatal'] }
const spoken = { stream: ['stderr'] }
/** Words are remembered for years: of a longer line its begin is. */
function spokenLine(line: Line): LineJson {
  const { message } = line
  if (message.length <= lastMessageMax) return lineJson(line)
  let stop = lastMessageMax
  while (stop > lastMessageMax - 4 && (message[stop]! & 0xc0) === 0x80) stop--
  const mark = Buffer.from(` …[the first ${stop} bytes; the whole line is among the pod's logs]`)
  return lineJson({ ...line, message: Buffer.concat([message.subarray(0, stop), mark]) })
}

const asSevere = (line: Line): FirstError => ({ ...spokenLine(line), because: `its severity is ${line.severity}` })
const asSpoken = (line: Line): FirstError => ({
  ...spokenLine(line),
  because: 'it is the first line of stderr that reads like a panic or an exception',
})

/** The life that died, where it has a number. */
function fatalLife({ rendered }: PodDossier): { container: string; restart: number; containerId: string } | undefined {
  const { life } = rendered.verdict
  const own = rendered.lives.find((one) => one === life)
  if (own === undefined || own.restart === null) return undefined
  return { container: own.container, restart: own.restart, containerId: own.containerId }
}

function wordsIn(pod: SpokenPod, lines: readonly MeasuredLine[]): Words {
  const ordered = lines.toSorted((a, b) => compareKeys(keyOf(a), keyOf(b)))
  const byContainer = Map.groupBy(ordered, ({ container }) => container)
  const lastWords = containersOf(pod).map((container) => ({
    container,
    lines: (byContainer.get(container) ?? []).slice(-lastWordsMax).map(spokenLine),
  }))
  const life = fatalLife(pod)
  const own =
    life === undefined ? [] : ordered.filter(({ container, restart }) => container === life.container && restart === life.restart)
  const severeLine = own.find(({ severity }) => severe.severity.includes(severity))
  if (severeLine !== undefined) return { lastWords, firstError: asSevere(severeLine) }
  const panicLine = own.find(({ stream, message }) => stream === 'stderr' && isPanic.test(message.toString('utf8')))
  return { lastWords, firstError: panicLine === undefined ? null : asSpoken(panicLine) }
}

async function readLongWords(reading: Reading, tenant: string, dossier: PodDossier): Promise<Words> {
  const pod = await resolvePod(reading, tenant, dossier.facts.uid)
  if (pod === undefined) return { lastWords: [], firstError: null }
  const many = numberOfLines(dossier.rendered.lives) > sortedMax
  const said = await (pod.fragments || many ? pagedWords : plainWords)(reading, tenant, pod)
  const lastWords = containersOf(dossier).map((container) => ({
    container,
    lines: (said.get(container) ?? []).toReversed().map(spokenLine),
  }))
  return { lastWords, firstError: await firstErrorOf(reading, tenant, { dossier, pod }) }
}

/** Newest first, by container. */
async function plainWords(reading: Reading, tenant: string, pod: PodIdentity): Promise<Map<string, Line[]>> {
  const lines = await reading.some(lastOfContainers(whole(tenant, pod), lastWordsMax, linesMax))
  const said = Map.groupBy(
    lines.map((line) => attribute(line, pod)),
    ({ container }) => container,
  )
  // Those that came with a uid and those that came without are as many each.
  return new Map([...said].map(([container, own]) => [container, own.slice(0, lastWordsMax)]))
}

/** The same where fragments have to be joined, or lines are too many to be sorted, container by container. */
async function pagedWords(reading: Reading, tenant: string, pod: PodIdentity): Promise<Map<string, Line[]>> {
  const said = new Map<string, Line[]>()
  for (const container of pod.spoken) {
    const filter: LineFilter = { ...whole(tenant, pod), fields: { container: [container] } }
    said.set(container, (await readPodPage({ reading, filter, pod, order: 'desc', limit: lastWordsMax })).lines)
  }
  return said
}

async function firstErrorOf(
  reading: Reading,
  tenant: string,
  { dossier, pod }: { dossier: PodDossier; pod: PodIdentity },
): Promise<FirstError | null> {
  const life = fatalLife(dossier)
  if (life === undefined) return null
  const numbered = livesNumbered(pod, life.restart).filter(({ container }) => container === life.container)
  const named = numbered.filter(({ containerIds }) => containerIds.includes(life.containerId))
  const fatal = named.length > 0 ? named : numbered
  const filter: LineFilter = { ...whole(tenant, pod), scope: sql`${pod.scope} AND ${livesScope(fatal)}` }
  const page = { reading, pod, order: 'asc', limit: 1 } as const
  const [line] = (await readPodPage({ ...page, filter: { ...filter, fields: severe } })).lines
  if (line !== undefined) return asSevere(line)
  const [other] = (await readPodPage({ ...page, filter: { ...filter, fields: spoken, search: panics } })).lines
  return other === undefined ? null : asSpoken(other)
}

function whole(tenant: string, { scope, extent }: PodIdentity): LineFilter {
  const times = extent === undefined ? {} : { from: extent.first, to: extent.last + 1n }
  return { tenant, fields: {}, scope, ...times }
}

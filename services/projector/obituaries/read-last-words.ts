// What pods said last, and the first error of the life that died. Pods of few lines, which most are, are read many at once; the others, and
// those whose lines need to be put together or into lives first, one by one.
import { bind, sql, str, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import type { LineFilter } from '#shared/lines/line-filter.ts'
import { firstOfPods, lastMessageMax, lastOfContainers } from '#shared/lines/line-statements.ts'
import { livesScope } from '#shared/lines/pod-scope.ts'
import { parseTime } from '#shared/time/parse-time.ts'
import { lineJson, type LineJson } from '#shared/lines/line-json.ts'
import type { FirstError, LastWords } from '#shared/obituary/obituary.ts'
import { boundsOf } from '../count-lines/line-owners.ts'
import type { PodDossier } from '#shared/pod-model/dossier.ts'
import { attribute, livesNumbered, type PodIdentity } from '#shared/stored-pods/pod-identity.ts'
import { resolvePod } from '../resolve-pod.ts'
import { readPodPage } from '#shared/store-reading/pod-lines.ts'
import { sharesNumber } from '#shared/lifecycle/instances.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import type { Line } from '#shared/lines/row-decoder.ts'

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
/** Of a pod that is read together with others. */
const few = { lines: 5000, bytes: 4 * 1024 * 1024 }
const atOnce = { lines: 20_000, bytes: 32 * 1024 * 1024 }

/** One for each, in their order. `pods`: as many as `inBatches` gives at once. */
export async function readWords(reading: Reading, tenant: string, pods: readonly PodDossier[]): Promise<Words[]> {
  const found = new Map<PodDossier, Words>()
  for (const [pod, words] of await wordsOfMany(reading, tenant, pods.filter(isPlain))) found.set(pod, words)
  for (const pod of pods) if (!found.has(pod)) found.set(pod, await wordsOfOne(reading, tenant, pod))
  return pods.map((pod) => found.get(pod)!)
}

/** Its lines carry its uid and their restart, and none is a fragment: they are its own as they stand. */
function isPlain({ facts, rendered }: PodDossier): boolean {
  const { lines, bytes } = sizeOf(rendered.lives)
  return (
    lines <= few.lines &&
    bytes <= few.bytes &&
    facts.lines.every(({ nameless, restart, fragments }) => nameless === 0 && restart >= 0 && fragments === 0) &&
    !rendered.lives.some((life) => sharesNumber(life, rendered.lives))
  )
}

function sizeOf(lives: PodDossier['rendered']['lives']): { lines: number; bytes: number } {
  return {
    lines: lives.reduce((sum, life) => sum + life.lines, 0),
    bytes: lives.reduce((sum, life) => sum + (life.bytes ?? 0), 0),
  }
}

/** Pods whose words, and what is written of them, are held at once. */
export function inBatches<Pod extends PodDossier>(pods: readonly Pod[]): Pod[][] {
  const batched: Pod[][] = []
  let [lines, bytes] = [Infinity, Infinity]
  for (const pod of pods) {
    const size = sizeOf(pod.rendered.lives)
    lines += size.lines
    bytes += size.bytes
    if (lines > atOnce.lines || bytes > atOnce.bytes) {
      batched.push([])
      ;({ lines, bytes } = size)
    }
    batched.at(-1)!.push(pod)
  }
  return batched
}

const containersOf = ({ rendered }: PodDossier): string[] => [...new Set(rendered.lives.map(({ container }) => container))]

/** What runtimes write to stderr when a program dies of itself, where no agent told a severity. */
const panics = sql`match(message, ${str(String.raw`(?i)(^panic:|^goroutine \d+ \[|exception\b|^traceback|segmentation fault|core dumped|unhandled|assertion.*failed|stack overflow|out of memory|^fatal\b|^\w*error:)`)})`
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

async function wordsOfMany(reading: Reading, tenant: string, pods: readonly PodDossier[]): Promise<Map<PodDossier, Words>> {
  const filter = filterOf(tenant, pods)
  const lines = filter === undefined ? [] : await reading.some(lastOfContainers(filter, lastWordsMax))
  const said = Map.groupBy(lines, ({ podUid, container }) => JSON.stringify([podUid, container]))
  const errors = await errorsOf(reading, tenant, pods)
  return new Map(
    pods.map((pod) => {
      const uids = uidsOf(pod)
      const lastWords = containersOf(pod).map((container) => {
        const own = uids.flatMap((uid) => said.get(JSON.stringify([uid, container])) ?? [])
        return { container, lines: own.toReversed().map(spokenLine) }
      })
      return [pod, { lastWords, firstError: uids.map((uid) => errors.get(uid)).find((error) => error !== undefined) ?? null }]
    }),
  )
}

const uidsOf = ({ facts }: PodDossier): string[] => [...new Set(facts.lines.map(({ uid }) => uid))]

/** By the uid that lines carry. */
async function errorsOf(reading: Reading, tenant: string, pods: readonly PodDossier[]): Promise<Map<string, FirstError>> {
  const found = new Map<string, FirstError>()
  const ask = async (further: Partial<LineFilter>, as: (line: Line) => FirstError): Promise<void> => {
    const asked = pods.filter((pod) => fatalLife(pod) !== undefined && !uidsOf(pod).some((uid) => found.has(uid)))
    const filter = filterOf(tenant, asked)
    if (filter === undefined) return
    const scope = sql`${filter.scope!} AND ${fatalLives(asked)}`
    for (const line of await reading.some(firstOfPods({ ...filter, ...further, scope }))) found.set(line.podUid, as(line))
  }
  await ask({ fields: severe }, asSevere)
  await ask({ fields: spoken, search: panics }, asSpoken)
  return found
}

function fatalLives(pods: readonly PodDossier[]): Fragment {
  const lives = pods.flatMap((pod) => uidsOf(pod).map((uid) => ({ uid, ...fatalLife(pod)! })))
  const column = (values: readonly string[]) => strs(values)
  return sql`(toString(pod_uid), toString(container), restart) IN (SELECT life.1, life.2, life.3 FROM (SELECT arrayJoin(arrayZip(
    ${column(lives.map(({ uid }) => uid))}, ${column(lives.map(({ container }) => container))}, ${bind(
      'Array(Int32)',
      lives.map(({ restart }) => restart),
    )})) AS life))`
}

function filterOf(tenant: string, pods: readonly PodDossier[]): LineFilter | undefined {
  const bounds = boundsOf(pods.map(({ facts }) => facts))
  if (bounds === undefined) return undefined
  const scope = sql`namespace IN ${strs(bounds.namespaces)} AND pod IN ${strs(bounds.pods)} AND pod_uid IN ${strs(bounds.uids)}`
  return { tenant, fields: {}, scope, from: parseTime(bounds.first, 0n)!, to: parseTime(bounds.last, 0n)! + 1n }
}

async function wordsOfOne(reading: Reading, tenant: string, dossier: PodDossier): Promise<Words> {
  const pod = await resolvePod(reading, tenant, dossier.facts.uid)
  if (pod === undefined) return { lastWords: [], firstError: null }
  const many = sizeOf(dossier.rendered.lives).lines > sortedMax
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

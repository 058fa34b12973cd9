// Obituaries: what is known of a dead pod as one document, kept for years, longer than its lines and than what Kubernetes said of it.
// Written when the death is known and again when anything in it changed; two writers of one pod write the same.
import { raw } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import type { Outcome } from '#shared/lifecycle/evidence.ts'
import { keptDocuments, type DocumentRow } from '#query/plan/kept-pods.ts'
import { isBad } from '#query/plan/last-words.ts'
import { alwaysNew } from '#query/plan/pods.ts'
import { composeObituaries } from '#query/read/obituary.ts'
import { inBatches } from '#query/read/last-words.ts'
import { readDossiers, type PodDossier } from '#query/read/pod-dossier.ts'
import { readMarks } from '#query/read/pod-keys.ts'
import { readScenes } from '#query/read/death-scenes.ts'
import { isAsItWas, readKept } from '#query/read/kept-pods.ts'
import type { PodReader } from '#query/read/pods.ts'
import type { Reading, RowReading } from '#query/read/reading.ts'
import { sceneKey } from '#shared/pod-model/death-scene.ts'
import { withKept } from '#query/render/kept-obituary.ts'
import type { Obituary } from '#query/render/obituary.ts'
import { renderPod, type PodFacts } from '#shared/pod-model/pod.ts'
import { summaryOf, type Summary } from '#query/render/summary.ts'

export interface Obituaries {
  /** Facts of pods, without counts, for `write`; `changed`: only of those that are not kept as they are. */
  read(tenant: string, uids: readonly string[], which: 'all' | 'changed'): Promise<MarkedPod[]>
  /** Writes what has changed of those that died; `lines`: only where their number has. Resolves to how many were written. */
  write(tenant: string, pods: readonly MarkedPod[], only?: 'lines'): Promise<number>
}

export interface MarkedPod {
  facts: PodFacts
  /** PodKey.marked before its facts were read; `unsettled` where more may have been on its way. */
  marked: string
}

/** The mark of no pod: epoch ms that are neither now nor before there were marks. */
const unsettled = '1'

export interface ObituariesOptions {
  store: LogStore
  reading: Reading
  reader: PodReader
  settleMs?: number
  onWritten?: (obituaries: number) => void
}

/** ms that the rows of an insert may take from their mark until they are seen. */
export const settlesMs = 30_000

export function createObituaries(options: ObituariesOptions): Obituaries {
  const { store, reading, reader, settleMs = settlesMs, onWritten } = options

  async function read(tenant: string, uids: readonly string[], which: 'all' | 'changed'): Promise<MarkedPod[]> {
    const now = await readNow(reading)
    const marks = await readMarks(reading, tenant, uids)
    const markOf = (uid: string): string => {
      const mark = marks.get(uid) ?? alwaysNew
      return Number(mark) <= now - settleMs ? mark : unsettled
    }
    const kept = which === 'all' ? [] : await readKept(reading, tenant, uids)
    const same = new Set(kept.filter((row) => isAsItWas(row, markOf(row.uid))).map(({ uid }) => uid))
    const facts = await reader.facts(
      tenant,
      uids.filter((uid) => markOf(uid) === unsettled || !same.has(uid)),
    )
    return facts.map((pod) => ({ facts: pod, marked: markOf(pod.uid) }))
  }

  async function write(tenant: string, pods: readonly MarkedPod[], only?: 'lines'): Promise<number> {
    const dead = await whoDied(tenant, pods)
    let written = 0
    for (let from = 0; from < dead.length; from += composedAtOnce)
      written += await compose(tenant, dead.slice(from, from + composedAtOnce), only)
    return written
  }

  /** What looks alive may have gone with its node. */
  async function whoDied(tenant: string, pods: readonly MarkedPod[]): Promise<MarkedPod[]> {
    const { dead = [], others = [] } = Object.groupBy(pods, ({ facts }) =>
      died(renderPod(facts).pod.outcome) ? 'dead' : 'others',
    )
    const scenes = await readScenes(
      reading,
      tenant,
      others.map(({ facts }) => sceneKey(facts)),
    )
    return [...dead, ...others.filter(({ facts }, i) => died(renderPod({ ...facts, ...scenes[i]! }).pod.outcome))]
  }

  async function compose(tenant: string, dead: readonly MarkedPod[], only: 'lines' | undefined): Promise<number> {
    const asked = only === 'lines' ? await withOtherLines(tenant, dead) : dead
    if (asked.length === 0) return 0
    const dossiers = await readDossiers(
      reading,
      tenant,
      asked.map(({ facts }) => facts),
    )
    const markOf = new Map(asked.map((pod) => [uidOf(pod), pod.marked]))
    let written = 0
    for (const some of inBatches(dossiers)) {
      const rows = await composed(tenant, some, markOf)
      if (rows.length > 0)
        await store.insert({ table: 'obituaries', columns, rows: Buffer.from(rows.join('')), format: 'JSONCompactEachRow' })
      onWritten?.(rows.length)
      written += rows.length
    }
    return written
  }

  async function withOtherLines(tenant: string, dead: readonly MarkedPod[]): Promise<MarkedPod[]> {
    const kept = await readKept(reading, tenant, dead.map(uidOf))
    const linesOf = new Map(kept.map(({ uid, lines }) => [uid, lines]))
    const counted = await reader.counted(
      tenant,
      dead.map(({ facts }) => facts),
    )
    return dead.filter((_, i) => {
      const { uid, lines } = renderPod(counted[i]!).pod
      return linesOf.get(uid) !== BigInt(lines)
    })
  }

  /** Rows of those that are not kept as they are now. */
  async function composed(
    tenant: string,
    dossiers: readonly PodDossier[],
    markOf: ReadonlyMap<string, string>,
  ): Promise<string[]> {
    const uids = dossiers.map(({ facts }) => facts.uid)
    const before = new Map((await reading.rows<DocumentRow>(keptDocuments(tenant, uids))).map((row) => [row.uid, row]))
    // What died beside it is told by facts, which are kept as long: it is looked for when asked.
    const obituaries = await composeObituaries(reading, tenant, dossiers)
    return dossiers.flatMap((dossier, i) => {
      const { uid } = dossier.facts
      const known = before.get(uid)
      const obituary = withKept(obituaries[i]!, known === undefined ? undefined : (JSON.parse(known.document) as Obituary))
      const row: Row = { obituary, summary: summaryOf(dossier, obituary), marked: markOf.get(uid)! }
      return known !== undefined && isSame(row, known) ? [] : [rowOf(tenant, row)]
    })
  }

  return { read, write }
}

const uidOf = ({ facts }: MarkedPod): string => facts.uid

/** Epoch ms by the store's clock. */
export async function readNow({ rows }: RowReading): Promise<number> {
  const [clock] = await rows<{ now: string }>(raw('SELECT toString(toUnixTimestamp64Milli(now64(3))) AS now'))
  return Number(clock!.now)
}

interface Row {
  obituary: Obituary
  summary: Summary
  marked: string
}

const died = (outcome: Outcome): boolean => outcome !== 'running' && outcome !== 'unknown'

const isSame = ({ obituary, summary, marked }: Row, kept: DocumentRow): boolean =>
  kept.marked === marked && kept.summary === JSON.stringify(summary) && kept.document === JSON.stringify(obituary)

function rowOf(tenant: string, { obituary, summary, marked }: Row): string {
  const { cluster, namespace, name, uid, outcome, diedAt, lines, containers } = summary.pod
  const bad = isBad(outcome) || containers.some(({ lives }) => lives.some((life) => isBad(life.outcome)))
  const time = (iso: string): string => iso.replace('T', ' ').replace('Z', '')
  const at = diedAt === null ? null : time(diedAt)
  const kept = [JSON.stringify(summary), time(new Date(Number(marked)).toISOString()), JSON.stringify(obituary)]
  return `${JSON.stringify([tenant, cluster, namespace, name, uid, outcome, at, Number(bad), lines, ...kept])}\n`
}

/** As many as share a statement, and are kept although the next ones may never be. */
const composedAtOnce = 400
const columns = [
  'tenant',
  'cluster',
  'namespace',
  'pod',
  'uid',
  'outcome',
  'died_at',
  'bad',
  'lines',
  'summary',
  'marked',
  'document',
]

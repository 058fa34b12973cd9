// Stores obituaries: one document about each dead pod, which outlives its lines and facts by years (decisions 0008,
// 0011). A document belongs to a revision of the pod's record. It lacks the pods that died beside it and its
// replacement, which each request reads anew.
import type { LogStore } from '#shared/clickhouse/store.ts'
import { isBad } from '#shared/lifecycle/bad-outcome.ts'
import { deathsOf, type Death } from '#shared/obituary/death.ts'
import { badLives, livesMax } from './last-errors.ts'
import { inBatches } from './read-last-words.ts'
import { composeObituaries, hasAllLines } from './compose-obituaries.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { documents, notedDeaths, type DocumentRow, type NotedRow } from '#shared/obituary/obituary-documents.ts'
import { notedOf } from './noted-deaths.ts'
import type { FrozenDocument } from '#shared/obituary/frozen-document.ts'
import { obituaryIn } from '#shared/obituary/stored-obituary.ts'
import { renderPodDetail } from '#shared/pod-model/pod-detail.ts'
import type { PodRecord } from '#shared/pod-model/record.ts'
import type { Outcome } from '#shared/lifecycle/evidence.ts'
import type { ProjectedPod } from '../project.ts'

export interface ObituariesToWrite {
  tenant: string
  revision: string
  pods: readonly ProjectedPod[]
}

/** Writes obituaries of the pods that died or are over; resolves to their number. */
export async function writeObituaries(store: LogStore, reading: Reading, written: ObituariesToWrite): Promise<number> {
  const { tenant, revision, pods } = written
  const dead = pods
    .filter(({ record }) => record.over || died(record.outcome))
    .map((pod) => ({ ...pod, replacement: null }))
  let count = 0
  for (const some of inBatches(dead)) {
    // To read a document costs 5 ms of CPU, since 128 of them are compressed together.
    const uids = some
      .filter((pod) => !hasAllLines(pod) || badLives(pod).length === livesMax)
      .map(({ record }) => record.uid)
    const stored = uids.length === 0 ? [] : await reading.rows<DocumentRow>(documents(tenant, uids))
    const before = new Map(stored.map(({ uid, document }) => [uid, obituaryIn(document)]))
    const deathsBefore = new Map(stored.map((row) => [row.uid, deathsIn(row)]))
    const composed = await composeObituaries(reading, tenant, some, before)
    const deathsNow = some.map(({ record }, i) => {
      const { obituary, lastErrors } = composed[i]!
      return deathsOf(obituary, lastErrors, deathsBefore.get(record.uid) ?? [])
    })
    const withDeaths = some.filter((_, i) => deathsNow[i]!.length > 0).map(({ record }) => record.uid)
    const noted = await readNoted(reading, tenant, withDeaths)
    const rows = some.map(({ record }, i) => {
      const deaths = deathsNow[i]!
      return rowOf(tenant, revision, record, {
        document: JSON.stringify(composed[i]!.obituary),
        deaths,
        noted: notedOf(deaths, noted.get(record.uid), revision),
      })
    })
    await insert(store, rows)
    count += rows.length
  }
  return count
}

export interface DocumentsToFreeze {
  tenant: string
  revision: string
  /** Projected pods, each with its stored document. */
  pods: readonly (ProjectedPod & { stored: DocumentRow })[]
}

/** Stores the documents with the evidence and Events of the pods, since the facts that have them are deleted next. */
export const freezeDocuments = (store: LogStore, { tenant, revision, pods }: DocumentsToFreeze): Promise<void> =>
  insert(
    store,
    pods.map(({ stored, ...pod }) => {
      const { evidence, events } = renderPodDetail({ ...pod, replacement: null })
      const frozen: FrozenDocument = { ...obituaryIn(stored.document), detail: { evidence, events } }
      return rowOf(tenant, revision, pod.record, {
        document: JSON.stringify(frozen),
        deaths: deathsIn(stored),
        noted: stored.noted,
      })
    }),
  )

async function readNoted(
  { rows }: Pick<Reading, 'rows'>,
  tenant: string,
  uids: readonly string[],
): Promise<Map<string, NotedRow>> {
  const noted = uids.length === 0 ? [] : await rows<NotedRow>(notedDeaths(tenant, uids))
  return new Map(noted.map((row) => [row.uid, row]))
}

const numberOfLines = ({ lives }: PodRecord): number => lives.reduce((sum, life) => sum + life.lines, 0)
const died = (outcome: Outcome): boolean => outcome !== 'running' && outcome !== 'unknown'

const insert = (store: LogStore, rows: readonly string[]): Promise<void> =>
  store.insert({ table: 'obituaries', columns, rows: Buffer.from(rows.join('')), format: 'JSONCompactEachRow' })

interface Written {
  document: string
  deaths: readonly Death[]
  /** Of each death the revision since which it is known; none in rows from before there were any. */
  noted: readonly string[]
}

function rowOf(tenant: string, revision: string, record: PodRecord, { document, deaths, noted }: Written): string {
  const { cluster, namespace, name, uid, node, owner, outcome, diedAt, lives, handles } = record
  const handlesOf = (one: string): string[] => handles.flatMap(({ kind, value }) => (kind === one ? [value] : []))
  const bad = isBad(outcome) || lives.some((life) => isBad(life.outcome))
  const at = diedAt === null ? null : columnTime(diedAt)
  const row = [
    tenant,
    cluster,
    namespace,
    name,
    uid,
    outcome,
    at,
    Number(bad),
    numberOfLines(record),
    revision,
    document,
    deaths.map((death) => ({ ...death, died_at: columnTime(death.died_at) })),
    node,
    owner.kind === '' ? owner.name : `${owner.kind}/${owner.name}`,
    ...(deaths.length === 0 ? [[], [], []] : [handlesOf('owner'), handlesOf('label'), handlesOf('image')]),
    noted,
  ]
  return `${JSON.stringify(row)}\n`
}

const columnTime = (time: string): string => time.replace('T', ' ').replace('Z', '')

/** Deaths as they were stored. */
const deathsIn = ({ deaths }: DocumentRow): Death[] =>
  (JSON.parse(deaths) as Death[]).map((death) => ({
    ...death,
    died_at: `${death.died_at.replace(' ', 'T').replace('Z', '')}Z`,
  }))

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
  'revision',
  'document',
  'deaths',
  'node',
  'owner',
  'owners',
  'labels',
  'images',
  'deaths_noted',
]

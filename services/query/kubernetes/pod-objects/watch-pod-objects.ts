// Watches pods: each poll reads the records that were written lately and compares them with what the client has. Its
// cost depends on what changed, not on how many pods there are. A record that was written without a change is not sent.
import { hash } from 'node:crypto'
import { sql, statement, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import { readRecords } from '#query/pods/read-records.ts'
import { podItems } from './read-pod-items.ts'
import { podSteps, type ListedPod, type PodListOptions } from './read-pod-list.ts'
import { polls, writtenSinceS, type WatchEvent, type WatchStep, type WatchRun } from '../api/watch-looks.ts'

export interface PodWatchOptions
  extends WatchRun, Omit<PodListOptions, 'after' | 'stepMax' | 'among' | 'names' | 'nowMs' | 'records'> {}

/** How many pods one step reads at most. */
const uidsAtOnce = 500
/** A revision is the time when the facts were read; the record is stored some time later. */
const overlapMicros = 60_000_000
/** In steps of so many ms, so that watches that poll together ask the same. */
const stepMs = 10_000

/** What the client has of a pod: its name and a digest of its object, '' where the watch does not know the object. */
interface SentPod {
  name: string
  digest: string
}

interface RecordChange {
  uid: string
  revision: string
}

/** Rows: RecordChange. */
const recordsSince = (tenant: string, revision: number): Fragment =>
  statement(
    'changed-records',
    sql`SELECT uid, toString(max(pod_record_feed.revision)) AS revision ${fromTable(tenant, 'pod_record_feed')}
    AND pod_record_feed.revision >= ${uint(Math.max(revision, 0))} GROUP BY uid`,
  )

/**
 * The pods at the beginning, in steps; then one step for each poll, empty where nothing has changed. Ends when the
 * signal aborts.
 */
export async function* watchPods(options: PodWatchOptions): AsyncGenerator<WatchStep> {
  const { reading, tenant, since, clock } = options
  const at = clock()
  const from = (ms: number): number => ms * 1000 - overlapMicros
  const changesSince = (ms: number): Fragment => recordsSince(tenant, from(ms))
  /** The revisions of the last poll, which the client has. */
  let known = new Map((await reading.rows<RecordChange>(changesSince(at))).map(({ uid, revision }) => [uid, revision]))
  const sentByUid = new Map<string, SentPod>()
  for await (const { pods } of podSteps({ ...options, nowMs: at, stepMax: uidsAtOnce })) {
    const first = changesFor(at, pods, sentByUid)
    if (since === undefined) yield first
    else for (const one of sentByUid.values()) one.digest = ''
  }
  if (since !== undefined) {
    const changes = await reading.rows<RecordChange>(recordsSince(tenant, writtenSinceS(since) * 1_000_000))
    yield await changedPods(
      options,
      changes.map(({ uid }) => uid),
      at,
      sentByUid,
    )
  }
  yield { at, items: [], complete: true }
  const looks = {
    group: `pods of ${tenant}`,
    statement: () => changesSince(Math.floor(clock() / stepMs) * stepMs),
    read: (changes: Fragment) => reading.rows<RecordChange>(changes),
  }
  for await (const { at: polledAt, rows } of polls(looks, options)) {
    const uids = rows.flatMap(({ uid, revision }) => (known.get(uid) === revision ? [] : [uid]))
    known = new Map(rows.map(({ uid, revision }) => [uid, revision]))
    yield await changedPods(options, uids, polledAt, sentByUid)
  }
}

async function changedPods(
  options: PodWatchOptions,
  uids: readonly string[],
  at: number,
  sentByUid: Map<string, SentPod>,
): Promise<WatchStep> {
  const { reading, tenant } = options
  const events: WatchEvent[] = []
  const selected = new Set<string>()
  for (let from = 0; from < uids.length; from += uidsAtOnce) {
    const some = uids.slice(from, from + uidsAtOnce)
    const records = await readRecords(reading, tenant, some)
    const names = [...new Set([...records.values()].map(({ name }) => name))]
    if (names.length === 0) continue
    const among = new Set(records.keys())
    for await (const { pods } of podSteps({ ...options, among, names, nowMs: at, stepMax: uidsAtOnce })) {
      for (const { uid } of pods) selected.add(uid)
      events.push(...changesFor(at, pods, sentByUid).items)
    }
  }
  const left = uids.flatMap((uid) =>
    sentByUid.has(uid) && !selected.has(uid) ? [{ uid, listedName: sentByUid.get(uid)!.name }] : [],
  )
  const records = await readRecords(
    reading,
    tenant,
    left.map(({ uid }) => uid),
  )
  const gone = left.filter(({ uid }) => records.has(uid))
  for (const item of await podItems({ ...options, nowMs: at, records }, gone)) events.push({ type: 'DELETED', item })
  for (const { uid } of left) sentByUid.delete(uid)
  return { at, items: events, complete: true }
}

/** The events for those of these pods that the client does not have as they are. */
function changesFor(at: number, pods: readonly ListedPod[], sentByUid: Map<string, SentPod>): WatchStep {
  const events = pods.flatMap(({ uid, item }) => {
    const before = sentByUid.get(uid)
    const digest = hash('sha1', JSON.stringify(item.object), 'base64')
    if (before?.digest === digest) return []
    sentByUid.set(uid, { name: item.object.metadata.name, digest })
    return [{ type: before === undefined ? ('ADDED' as const) : ('MODIFIED' as const), item }]
  })
  return { at, items: events, complete: false }
}

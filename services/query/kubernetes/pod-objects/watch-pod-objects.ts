// Watches pods: records that were written since a position, and what the client has of them. Each look costs what changed, not what there is.
// A record that is written again without a change is told to nobody.
import { hash } from 'node:crypto'
import { sql, statement, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import { readRecords } from '#query/pods/read-records.ts'
import { podItems } from './read-pod-items.ts'
import { podSteps, type ListedPod, type PodListOptions } from './read-pod-list.ts'
import { looks, writtenSinceS, type Watched, type WatchLook, type WatchRun } from '../api/watch-looks.ts'

export interface PodWatchOptions
  extends WatchRun, Omit<PodListOptions, 'after' | 'stepMax' | 'among' | 'names' | 'nowMs' | 'records'> {}

/** Pods of a step. */
const uidsAtOnce = 500
/** A record has the revision of when its facts were read, and is stored some time later. */
const overlapMicros = 60_000_000

/** What the client has of a pod: the name that it has it by, and a digest of the object; '' where it is not known which one it has. */
interface Shown {
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
    sql`SELECT uid, toString(max(pod_record_feed.revision)) AS revision ${fromTable(tenant, 'pod_record_feed')} AND pod_record_feed.revision >= ${uint(Math.max(revision, 0))} GROUP BY uid`,
  )

/** The first look, in steps, then one for each poll, empty where nothing has changed. Ends when the signal aborts. */
export async function* watchPods(options: PodWatchOptions): AsyncGenerator<WatchLook> {
  const { reading, tenant, since, clock } = options
  const at = clock()
  const from = (ms: number): number => ms * 1000 - overlapMicros
  const changes = (ms: number): Promise<RecordChange[]> => reading.rows<RecordChange>(recordsSince(tenant, from(ms)))
  /** Revisions that the client has been sent, of the last looks. */
  let known = new Map((await changes(at)).map(({ uid, revision }) => [uid, revision]))
  const shown = new Map<string, Shown>()
  for await (const { pods } of podSteps({ ...options, nowMs: at, stepMax: uidsAtOnce })) {
    const first = look(at, pods, shown)
    if (since === undefined) yield first
    else for (const one of shown.values()) one.digest = ''
  }
  if (since !== undefined) {
    const lately = await reading.rows<RecordChange>(recordsSince(tenant, writtenSinceS(since) * 1_000_000))
    yield await changed(
      options,
      lately.map(({ uid }) => uid),
      at,
      shown,
    )
  }
  yield { at, items: [], complete: true }
  for await (const { at: looked, found } of looks(() => changes(clock()), options)) {
    const uids = found.flatMap(({ uid, revision }) => (known.get(uid) === revision ? [] : [uid]))
    known = new Map(found.map(({ uid, revision }) => [uid, revision]))
    yield await changed(options, uids, looked, shown)
  }
}

async function changed(
  options: PodWatchOptions,
  uids: readonly string[],
  at: number,
  shown: Map<string, Shown>,
): Promise<WatchLook> {
  const { reading, tenant } = options
  const events: Watched[] = []
  const selected = new Set<string>()
  for (let from = 0; from < uids.length; from += uidsAtOnce) {
    const some = uids.slice(from, from + uidsAtOnce)
    const records = await readRecords(reading, tenant, some)
    const names = [...new Set([...records.values()].map(({ name }) => name))]
    if (names.length === 0) continue
    const among = new Set(records.keys())
    for await (const { pods } of podSteps({ ...options, among, names, nowMs: at, stepMax: uidsAtOnce })) {
      for (const { uid } of pods) selected.add(uid)
      events.push(...look(at, pods, shown).items)
    }
  }
  const left = uids.flatMap((uid) => (shown.has(uid) && !selected.has(uid) ? [{ uid, shown: shown.get(uid)!.name }] : []))
  const records = await readRecords(
    reading,
    tenant,
    left.map(({ uid }) => uid),
  )
  const gone = left.filter(({ uid }) => records.has(uid))
  for (const item of await podItems({ ...options, nowMs: at, records }, gone)) events.push({ type: 'DELETED', item })
  for (const { uid } of left) shown.delete(uid)
  return { at, items: events, complete: true }
}

/** What is new to the client of these pods. */
function look(at: number, pods: readonly ListedPod[], shown: Map<string, Shown>): WatchLook {
  const events = pods.flatMap(({ uid, item }) => {
    const before = shown.get(uid)
    const digest = hash('sha1', JSON.stringify(item.object), 'base64')
    if (before?.digest === digest) return []
    shown.set(uid, { name: item.object.metadata.name, digest })
    return [{ type: before === undefined ? ('ADDED' as const) : ('MODIFIED' as const), item }]
  })
  return { at, items: events, complete: false }
}

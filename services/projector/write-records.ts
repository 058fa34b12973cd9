// Stores records and the handles that lead to them. The record is stored before its handles, and the handles of every
// revision that is still stored are taken back. So a projector that was killed in between, or that another one
// overtook, leaves no wrong handle for long (decision 0016).
import type { LogStore } from '#shared/clickhouse/store.ts'
import { epochNs } from '#shared/pod-model/epoch-ns.ts'
import { keyOf, type Handle } from '#shared/pod-model/handles.ts'
import type { Move, PodRecord } from '#shared/pod-model/record.ts'
import { rulesVersion } from '#shared/pod-model/rules-version.ts'
import { numbered } from '#shared/pod-model/transitions.ts'
import {
  deathPlaceOf,
  newestRecords,
  placeOf,
  recordIn,
  type StoredRecord,
} from '#shared/stored-pods/stored-records.ts'

export interface WrittenRecord {
  record: PodRecord
  /** When the newest fact and line of the pod were stored: epoch ms of the store's clock, as decimal text. */
  watermark: string
  linesAt: string
  /**
   * Whether its lines are still to be counted: then the record counts as one of older rules, so that none is missed.
   */
  isLarge?: boolean
}

export interface RecordsToWrite {
  tenant: string
  /** Epoch µs of the store's clock before the facts were read, as decimal text. */
  revision: string
  /** Epoch ms of the store's clock. */
  now: number
  records: readonly WrittenRecord[]
  /** Uids that are no pods of their own: their records are taken back. */
  absent: readonly string[]
  /** All stored revisions of records of both. */
  stored: readonly StoredRecord[]
}

/**
 * Resolves once records and handles are stored. Numbers new transitions, and notes where the place in lists has
 * changed.
 */
export async function writeRecords(store: LogStore, written: RecordsToWrite): Promise<void> {
  const { tenant, revision, now, absent, stored } = written
  const before = Map.groupBy(stored, ({ uid }) => uid)
  const newest = newestRecords(stored)
  const removedUids = absent.filter((uid) => before.has(uid))
  const records = written.records.map((one) => {
    const earlier = recordIn(newest.get(one.record.uid))
    const transitions = numbered(one.record.transitions ?? {}, earlier, { now, factsAt: Number(one.watermark) })
    return { ...one, record: { ...placed(one.record, earlier, revision), transitions } }
  })
  const rows = [
    ...records.map(({ record, watermark, linesAt, isLarge = false }) => ({
      uid: record.uid,
      rules_version: isLarge ? 0 : rulesVersion,
      is_deleted: 0,
      watermark: timeText(watermark),
      lines_at: timeText(linesAt),
      record: JSON.stringify(record),
    })),
    ...removedUids.map((uid) => ({
      uid,
      is_deleted: 1,
      watermark: timeText('0'),
      lines_at: timeText('0'),
      record: '',
    })),
  ]
  if (rows.length === 0) return
  const common = { tenant, revision, rules_version: rulesVersion }
  await insert(
    store,
    'pod_revisions',
    rows.map((row) => ({ ...common, ...row })),
  )
  const handles = [
    ...records.flatMap(({ record }) => {
      const own = new Set(record.handles.map(keyOf))
      const formerHandles = handlesOf(before.get(record.uid)).filter((handle) => !own.has(keyOf(handle)))
      // A taken-back row has the values of the record, by which a listing under way still gets the pod at its earlier
      // place.
      return [
        ...handleRows(record),
        ...handleRows({ ...record, handles: formerHandles }).map((row) => ({ ...row, is_deleted: 1 })),
      ]
    }),
    ...removedUids.flatMap((uid) => handlesOf(before.get(uid)).map((handle) => takenBack(uid, handle))),
  ]
  await insert(
    store,
    'pod_lookup',
    handles.map((row) => ({ tenant, revision, ...row })),
  )
}

const forever = '9223372036854775807'

type Row = Readonly<Record<string, string | number | string[][]>>

/** All rows have the same columns. */
async function insert(store: LogStore, table: string, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return
  const columns = Object.keys(rows[0]!)
  const lines = rows.map((row) => `${JSON.stringify(columns.map((column) => row[column]))}\n`)
  await store.insert({ table, columns, rows: Buffer.from(lines.join('')), format: 'JSONCompactEachRow' })
}

const timeText = (ms: string): string => new Date(Number(ms)).toISOString().replace('T', ' ').replace('Z', '')

/** Handles of all revisions, each once. */
function handlesOf(rows: readonly StoredRecord[] = []): Handle[] {
  const handles = rows.flatMap((row) => recordIn(row)?.handles ?? [])
  return [...new Map(handles.map((handle) => [keyOf(handle), handle])).values()]
}

/** Moves that a record has at most. A listing under way while a pod moves more often may have the pod twice. */
const movesMax = 16

/** The record with its earlier places in lists, which it has where another birth or death became known. */
function placed(record: PodRecord, before: PodRecord | undefined, revision: string): PodRecord {
  if (before === undefined) return record
  const moves = (earlier: readonly Move[], from: string | undefined, to: string | undefined): readonly Move[] =>
    from === undefined || from === to ? earlier : [...earlier, { from, revision }].slice(-movesMax)
  return {
    ...record,
    moved: moves(before.moved, placeOf(before), placeOf(record)),
    deathMoved: moves(before.deathMoved ?? [], deathPlaceOf(before), deathPlaceOf(record)),
  }
}

function handleRows(record: PodRecord): Row[] {
  const { uid, cluster, namespace, name, node, outcome, firstSeen, lastSeen, living, handles, deathMoved = [] } = record
  const [first, last] = [firstSeen, lastSeen].map((time) => String(time === null ? 0n : epochNs(time)))
  const common = {
    uid,
    cluster,
    namespace,
    name,
    node,
    outcome,
    first_seen: first!,
    last_seen: living ? forever : last!,
  }
  const died_rank = deathPlaceOf(record) ?? forever
  const death_moves = deathMoved.map((move) => [move.revision, move.from])
  return handles.map(({ kind, value, rank }) => ({
    kind,
    value,
    rank,
    ...common,
    died_rank,
    death_moves,
    is_deleted: 0,
  }))
}

const takenBack = (uid: string, { kind, value, rank }: Handle): Row => ({
  kind,
  value,
  rank,
  uid,
  cluster: '',
  namespace: '',
  name: '',
  node: '',
  outcome: '',
  first_seen: '0',
  last_seen: '0',
  died_rank: forever,
  death_moves: [],
  is_deleted: 1,
})

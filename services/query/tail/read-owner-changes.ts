// Reads the transitions of an owner's pods, so that a tail sends each once. Transitions stand in records and have
// numbers (shared/pod-model/transitions.ts); each poll reads the records that were stored lately. An open tail
// remembers what it sent. A cursor has a floor, below which the tail has sent every transition, and the transitions
// that it sent since.
import { ownersPods, recordsStoredSince, type OwnerFilter, type StoredRevision } from './owner-statements.ts'
import { recordsOf, type RecordRow } from '#query/pods/lookup-statements.ts'
import { compare } from '#shared/compare.ts'
import type { PodRecord } from '#shared/pod-model/record.ts'
import { recordIn } from '#shared/stored-pods/stored-records.ts'
import { listTransitions, type Transition, type TransitionKind } from '#shared/pod-model/transitions.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { readStoreClock } from '#shared/store-reading/store-clock.ts'

export interface TransitionPlace {
  /** Epoch ms by the store's clock. */
  floor: number
  /** Hashes of the transitions that have this number or a later one and were sent. */
  sent: readonly number[]
}

export interface PodTransition extends Transition {
  id: number
  /** The record of the pod. */
  record: PodRecord
}

export interface OwnerTransitions {
  /** Every pod that the owner ever had and that has a record. */
  pods(): Promise<string[]>
  /**
   * Transitions that are not sent yet, of the pods that `pods` read last; oldest first, as many as a cursor has room
   * for.
   */
  readDue(): Promise<PodTransition[]>
  send(transition: PodTransition): void
  isSent(transition: PodTransition): boolean
  /** Pods whose lines may be sent. */
  readonly joined: ReadonlySet<string>
  place(): TransitionPlace
}

/** A statement that begins later than this after an insert began reads what was inserted. */
const visibleWithinMs = 60_000
/**
 * Kubernetes reports a pod and its instances at once, and ingest stores them one after the other: a transition waits so
 * long for the others.
 */
const companyMs = 500
const hourMs = 3_600_000
/** pod_record_feed is kept for a week. */
const feedMs = 6 * 24 * hourMs

export async function createOwnerTransitions(
  reading: Reading,
  filter: OwnerFilter,
  at: TransitionPlace | undefined,
): Promise<OwnerTransitions> {
  const now = await readStoreClock(reading)
  const readMs = performance.now()
  const storeMs = (): number => Math.floor(now + performance.now() - readMs)
  const sent = createSentTransitions(at ?? { floor: now - visibleWithinMs, sent: [] })
  const records = createChangedRecords(reading, filter.tenant)
  const joined = new Set<string>()
  const waiting = new Map<number, PodTransition>()
  let uids = await readOwnersPods(reading, filter)
  let lastPollMs = now

  const { floor } = sent.place()
  const first = now - floor > feedMs ? await records.read(uids) : await records.since(uids, floor)
  for (const record of first) take(record, at === undefined)
  for (const uid of uids) if (!records.isRead(uid)) joined.add(uid)
  sent.settle(lowestWaiting())
  return {
    joined,
    async pods() {
      uids = await readOwnersPods(reading, filter)
      return uids
    },
    async readDue() {
      const pollMs = storeMs()
      const unknown = uids.filter((uid) => !joined.has(uid) && !records.isRead(uid))
      for (const record of await records.since(uids, lastPollMs - visibleWithinMs, unknown)) take(record, false)
      lastPollMs = pollMs
      if (waiting.size === 0) sent.raise(pollMs - visibleWithinMs)
      const next = [...waiting.values()].toSorted((a, b) => a.at - b.at).slice(0, sent.room(lowestWaiting()))
      return next.filter((one) => one.what === 'born' || pollMs - one.at >= companyMs).toSorted(inOrder)
    },
    send(transition) {
      waiting.delete(transition.id)
      if (transition.what === 'born') joined.add(transition.record.uid)
      sent.add(transition)
      sent.settle(lowestWaiting())
    },
    isSent: sent.has,
    place: sent.place,
  }

  /** `isStart`: a tail that begins sends no transition that happened before. */
  function take(record: PodRecord, isStart: boolean): void {
    for (const one of transitionsIn(record)) {
      if (!sent.has(one) && (isStart || sent.isOfCursor(one))) sent.add(one)
      if (!sent.has(one)) waiting.set(one.id, one)
      else if (one.what === 'born') joined.add(record.uid)
    }
  }

  function lowestWaiting(): number {
    return Math.min(...[...waiting.values()].map((one) => one.at))
  }
}

export const readOwnersPods = async (
  reading: Reading,
  filter: OwnerFilter,
  times?: Parameters<typeof ownersPods>[1],
): Promise<string[]> => (await reading.rows<{ uid: string }>(ownersPods(filter, times))).map(({ uid }) => uid)

/**
 * The transitions of one record, or of one batch of records, have one number. A fraction makes each number unique, so
 * that a cursor may stand between two of them.
 */
export const transitionsIn = (record: PodRecord): PodTransition[] =>
  listTransitions(record.transitions).map((one) => {
    const id = idOf(record.uid, one)
    return { ...one, at: one.at + (id >>> 20) / 4096, id, record }
  })

const order: readonly TransitionKind[] = ['born', 'placed', 'over', 'started', 'ended']

const inOrder = (a: PodTransition, b: PodTransition): number =>
  Math.floor(a.at) - Math.floor(b.at) ||
  Number(b.what === 'born') - Number(a.what === 'born') ||
  compare(a.record.uid, b.record.uid) ||
  compare(a.container, b.container) ||
  a.restart - b.restart ||
  order.indexOf(a.what) - order.indexOf(b.what)

/** How many records one statement reads. */
const recordsAtOnce = 500

export async function readRecordRows(reading: Reading, tenant: string, uids: readonly string[]): Promise<RecordRow[]> {
  const rows: RecordRow[] = []
  for (let from = 0; from < uids.length; from += recordsAtOnce)
    rows.push(...(await reading.rows<RecordRow>(recordsOf(tenant, uids.slice(from, from + recordsAtOnce)))))
  return rows.filter(({ isDeleted }) => isDeleted === 0)
}

/** Reads records whose revision has changed since they were read last. */
function createChangedRecords(reading: Reading, tenant: string) {
  const revisions = new Map<string, string>()
  const read = async (uids: readonly string[]): Promise<PodRecord[]> => {
    const rows = await readRecordRows(reading, tenant, uids)
    for (const { uid, revision } of rows) revisions.set(uid, revision)
    return rows.flatMap((row) => recordIn(row) ?? [])
  }
  return {
    read,
    /**
     * Records of these pods that were stored at `since` or later, and the records of `others`, whenever they were
     * stored.
     */
    async since(uids: readonly string[], since: number, others: readonly string[] = []): Promise<PodRecord[]> {
      const stored =
        uids.length === 0 ? [] : await reading.rows<StoredRevision>(recordsStoredSince(tenant, uids, since))
      const changed = stored.flatMap(({ uid, revision }) => (revisions.get(uid) === revision ? [] : [uid]))
      return read([...new Set([...changed, ...others])])
    },
    isRead: (uid: string): boolean => revisions.has(uid),
  }
}

/** The cursor has the transitions that were sent in the last 10 s, at most 48 of them. */
const unsettledMs = 10_000
const cursorMax = 48
/** An open tail remembers at least the transitions of the last hour, and so many. */
const rememberedMax = 100_000

type NumberedId = Pick<PodTransition, 'id' | 'at'>

function createSentTransitions({ floor: start, sent: ids }: TransitionPlace) {
  let floor = start
  /** A transition with a lower number was sent before this tail began, or is forgotten. */
  let begin = start
  const before = new Set(ids)
  const sent = new Map<number, number>()
  /** The transitions that the cursor has. */
  const recent = new Map<number, number>()
  const raise = (to: number): void => {
    floor = Math.max(floor, to)
    for (const [id, number] of recent) if (number < floor) recent.delete(id)
    if (sent.size <= rememberedMax) return
    begin = Math.max(begin, floor - hourMs)
    for (const [id, number] of sent) if (number < begin) sent.delete(id)
  }
  return {
    raise,
    add({ id, at }: NumberedId): void {
      sent.set(id, at)
      recent.set(id, at)
    },
    /** Makes the cursor small. `waiting` is the lowest number of a transition that is not sent yet. */
    settle(waiting: number): void {
      const numbers = [...recent.values()].toSorted((a, b) => b - a)
      raise(Math.min(waiting, Math.max((numbers[0] ?? 0) - unsettledMs, numbers[cursorMax - 1] ?? 0)))
    },
    /**
     * How many transitions may be sent before the cursor is full. `waiting` is the lowest number that is not sent yet.
     */
    room: (waiting: number): number =>
      Math.max(1, cursorMax - [...recent.values()].filter((number) => number > waiting).length),
    has: ({ id, at }: NumberedId): boolean => at < begin || sent.has(id),
    isOfCursor: ({ id }: NumberedId): boolean => before.has(id),
    place: (): TransitionPlace => ({ floor, sent: [...recent.keys()].slice(-cursorMax) }),
  }
}

/** FNV-1a, 32 bits. */
function idOf(uid: string, { container, restart, what }: Transition): number {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(JSON.stringify([uid, container, restart, what])))
    hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}

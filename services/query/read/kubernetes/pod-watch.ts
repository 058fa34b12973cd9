// Watches pods by polling: the store cannot push. One look reads a print of every pod in the namespace and compares; only of those that differ
// anything more is read. A look that takes long is followed by a longer pause, so that a watch takes a tenth of its time at most.
import { setTimeout as wait } from 'node:timers/promises'
import { amongUids, changedSince, podPrints, type PodPrint } from '#query/plan/kubernetes/pod-changes.ts'
import type { Item } from '#query/render/kubernetes/object.ts'
import { podItems } from './pod-items.ts'
import { podSteps, selectedNames, type ListedPod, type PodListOptions } from './pod-list.ts'

export interface WatchOptions extends Omit<PodListOptions, 'after' | 'stepMax' | 'conditions' | 'nowMs'> {
  /** Epoch ms: what was there then is known to the client. Undefined: the watch begins with all that there is. */
  since: number | undefined
  pollIntervalMs: number
  clock: () => number
  signal: AbortSignal
}

export interface WatchedPod {
  type: 'ADDED' | 'MODIFIED' | 'DELETED'
  item: Item
}

export interface WatchLook {
  /** Epoch ms: everything until then has been told. */
  at: number
  pods: WatchedPod[]
  /** Whether what was there at the beginning has now all been told. */
  complete: boolean
}

/** Uids in one statement: its text has a bound. */
const uidsAtOnce = 500
const shareOfTime = 10

/** The first look, in steps, then one for each poll, empty where nothing has changed. Ends when the signal aborts. */
export async function* watchPods(options: WatchOptions): AsyncGenerator<WatchLook> {
  const { reading, tenant, selection, since, pollIntervalMs, clock, signal } = options
  const prints = async (): Promise<Map<string, string>> =>
    new Map((await reading.rows<PodPrint>(podPrints(tenant, selection.namespace))).map(({ uid, print }) => [uid, print]))
  let at = clock()
  let known = await prints()
  /** Pods that the client has, under the names that it has them by. */
  const shown = new Map<string, string>()
  if (since === undefined) {
    for await (const { pods } of podSteps({ ...options, nowMs: at, stepMax: uidsAtOnce })) yield look(at, pods, shown)
  } else {
    for (const { uid, shown: name } of await selectedNames(reading, tenant, selection)) shown.set(uid, name)
    const lately = await reading.rows<{ uid: string }>(changedSince(tenant, Math.floor(since / 1000) - clockSkewS))
    const uids = lately.map(({ uid }) => uid)
    for await (const pods of ofUids(options, uids, at)) yield look(at, pods, shown)
  }
  yield { at, pods: [], complete: true }
  for (let tookMs = 0; !signal.aborted;) {
    await wait(Math.max(pollIntervalMs, tookMs * shareOfTime), undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return
    at = clock()
    const began = performance.now()
    const now = await prints()
    tookMs = performance.now() - began
    const changed = [...now].flatMap(([uid, print]) => (known.get(uid) === print ? [] : [uid]))
    known = now
    yield { ...(await changes(options, changed, at, shown)), complete: true }
  }
}

/** Of the store's machine and ours. */
const clockSkewS = 2

async function changes(
  options: WatchOptions,
  uids: readonly string[],
  at: number,
  shown: Map<string, string>,
): Promise<WatchLook> {
  const events: WatchedPod[] = []
  const selected = new Set<string>()
  for await (const pods of ofUids(options, uids, at)) {
    for (const { uid } of pods) selected.add(uid)
    events.push(...look(at, pods, shown).pods)
  }
  const left = uids.flatMap((uid) => (shown.has(uid) && !selected.has(uid) ? [{ uid, shown: shown.get(uid)! }] : []))
  for (const item of await podItems({ ...options, nowMs: at }, left)) events.push({ type: 'DELETED', item })
  for (const { uid } of left) shown.delete(uid)
  return { at, pods: events, complete: true }
}

async function* ofUids(options: WatchOptions, uids: readonly string[], nowMs: number): AsyncGenerator<ListedPod[]> {
  for (let from = 0; from < uids.length; from += uidsAtOnce) {
    const conditions = [amongUids(options.tenant, uids.slice(from, from + uidsAtOnce))]
    for await (const { pods } of podSteps({ ...options, conditions, nowMs, stepMax: uidsAtOnce })) yield pods
  }
}

function look(at: number, pods: readonly ListedPod[], shown: Map<string, string>): WatchLook {
  const events = pods.map(({ uid, item }) => {
    const type = shown.has(uid) ? ('MODIFIED' as const) : ('ADDED' as const)
    shown.set(uid, item.object.metadata.name)
    return { type, item }
  })
  return { at, pods: events, complete: false }
}

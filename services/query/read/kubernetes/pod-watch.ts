// Watches pods. One look reads a print of every pod in the namespace and compares; only of those that differ anything more is read.
import { amongUids, changedSince, podPrints, type PodPrint } from '#query/plan/kubernetes/pod-changes.ts'
import { podItems } from './pod-items.ts'
import { podSteps, selectedNames, type ListedPod, type PodListOptions } from './pod-list.ts'
import { looks, writtenSinceS, type Watched, type WatchLook, type WatchRun } from './watch.ts'

export interface PodWatchOptions extends WatchRun, Omit<PodListOptions, 'after' | 'stepMax' | 'conditions' | 'nowMs'> {}

/** Uids in one statement: its text has a bound. */
const uidsAtOnce = 500

/** The first look, in steps, then one for each poll, empty where nothing has changed. Ends when the signal aborts. */
export async function* watchPods(options: PodWatchOptions): AsyncGenerator<WatchLook> {
  const { reading, tenant, selection, since, clock } = options
  const prints = async (): Promise<Map<string, string>> =>
    new Map((await reading.rows<PodPrint>(podPrints(tenant, selection.namespace))).map(({ uid, print }) => [uid, print]))
  const at = clock()
  let known = await prints()
  /** Pods that the client has, under the names that it has them by. */
  const shown = new Map<string, string>()
  if (since === undefined) {
    for await (const { pods } of podSteps({ ...options, nowMs: at, stepMax: uidsAtOnce })) yield look(at, pods, shown)
  } else {
    for (const { uid, shown: name } of await selectedNames(reading, tenant, selection)) shown.set(uid, name)
    const lately = await reading.rows<{ uid: string }>(changedSince(tenant, writtenSinceS(since)))
    const uids = lately.map(({ uid }) => uid)
    for await (const pods of ofUids(options, uids, at)) yield look(at, pods, shown)
  }
  yield { at, items: [], complete: true }
  for await (const { at: looked, found } of looks(prints, options)) {
    const changed = [...found].flatMap(([uid, print]) => (known.get(uid) === print ? [] : [uid]))
    known = found
    yield await changes(options, changed, looked, shown)
  }
}

async function changes(
  options: PodWatchOptions,
  uids: readonly string[],
  at: number,
  shown: Map<string, string>,
): Promise<WatchLook> {
  const events: Watched[] = []
  const selected = new Set<string>()
  for await (const pods of ofUids(options, uids, at)) {
    for (const { uid } of pods) selected.add(uid)
    events.push(...look(at, pods, shown).items)
  }
  const left = uids.flatMap((uid) => (shown.has(uid) && !selected.has(uid) ? [{ uid, shown: shown.get(uid)! }] : []))
  for (const item of await podItems({ ...options, nowMs: at }, left)) events.push({ type: 'DELETED', item })
  for (const { uid } of left) shown.delete(uid)
  return { at, items: events, complete: true }
}

async function* ofUids(options: PodWatchOptions, uids: readonly string[], nowMs: number): AsyncGenerator<ListedPod[]> {
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
  return { at, items: events, complete: false }
}

// Puts changed pods into the queue and says when each is due: after a fact at once, after lines once these settle.
// Records on older rules come when nothing else waits (decision 0016).
import { settleAll } from '#shared/settle-all.ts'
import type { Reading } from '#shared/store-reading/reading.ts'
import { readKernelOom, readKilledProcess, type KernelOom } from '#shared/lifecycle/kernel-oom.ts'
import { kernelLinesOf, type KernelLineRow } from './scene-statements.ts'
import type { ChangeFeed, FactChange, LinesChange } from './change-feed.ts'
import { containerIdAliases, type ContainerIdRow } from '#shared/stored-pods/fact-statements.ts'
import type { KnownPods } from './known-pods.ts'
import { podsOfKey } from './pods-of-key.ts'
import { podsOfNode } from './pods-of-node.ts'
import type { RulesUpgrade } from './rules-upgrade.ts'
import { untried, type WorkQueue } from './work-queue.ts'
import { inSlices } from '#shared/in-slices.ts'

/**
 * ms between two readings of changed lines. Lines change few records: those of ended lives, and of pods without facts.
 */
const linesEveryMs = 200
/**
 * Lines of a pod settle for `ms`, longer where they go on coming (createPace), for `msMax` at most; and for as long as
 * it takes to count them tenfold, which is 1 ms for each `linesPerMs` lines that its record has. Facts wait for
 * `factsMs`: an insert is visible in one table some ms before it is in the others.
 */
export const settle = { ms: 300, msMax: 60_000, linesPerMs: 5, factsMs: 50 }

export interface Intake {
  /**
   * Queues changed pods. `feedReadAt`: epoch ms of the store's clock before the feed is read; `all`: lines too, even if
   * read just now.
   */
  takeChanges(feedReadAt: number, all?: 'all'): Promise<void>
  /** Epoch ms of the store's clock: pods of all lines that were stored until then have been queued. */
  readonly linesTakenUntil: number
  /** Whether the last reading took all changes that the store had. */
  readonly hasTakenAll: boolean
  /**
   * Queues some pods whose records rest on older rules; resolves to their number. `areCounted`: whether no pod waits to
   * be counted.
   */
  takeOutdated(areCounted: boolean): Promise<number>
}

export interface IntakeOptions {
  reading: Reading
  feed: ChangeFeed
  queue: WorkQueue
  known: KnownPods
  upgrade: RulesUpgrade
  /** Called where refused lines came that may be of any pod of their tenant. */
  onUnnamed?(): void
}

export function createIntake({ reading, feed, queue, known, upgrade, onUnnamed = () => {} }: IntakeOptions): Intake {
  let linesReadAt = -Infinity
  let linesTakenUntil = 0
  let hasTakenAll = false
  const paceOf = createPace()

  async function queueFacts(changes: readonly FactChange[], nowMs: number): Promise<void> {
    const work = { ...untried, dueAt: nowMs + settle.factsMs }
    for (const change of changes) {
      if (change.source === 'letters' && change.uid === '') onUnnamed()
      for (const uid of await podsOf(reading, change)) {
        const factAt = change.source === 'fact' ? change.at : 0
        const recount = change.source === 'letters'
        queue.add({ ...work, tenant: change.tenant, uid, since: change.at, factAt, recount })
      }
    }
  }

  function queueLines({ tenant, uid, lives, at }: LinesChange, nowMs: number): void {
    const pod = known.get(tenant, uid)
    if (pod !== undefined && lives.every((life) => pod.runningLives.includes(life))) return
    // Of a life that is new, no number is on record that would have to change.
    const recount = pod?.endedLives === undefined || lives.some((life) => pod.endedLives!.includes(life))
    const work = { ...untried, tenant, uid, since: at, recount }
    // One that waits is due as it was.
    if (queue.has(tenant, uid)) return queue.add({ ...work, dueAt: Infinity })
    const pace = paceOf(`${tenant} ${uid}`, nowMs)
    const waitMs = Math.min(pace * settle.ms, settle.msMax) + (pod?.lines ?? 0) / settle.linesPerMs
    queue.add({ ...work, dueAt: nowMs + waitMs })
  }

  /** Lines of a pod that waits for a fact are projected with it, and do not count as lines that go on coming. */
  async function queueLinesAfter(facts: Promise<void>, changes: readonly LinesChange[], nowMs: number): Promise<void> {
    await Promise.all([facts, known.load(changes)])
    await inSlices(changes, (change) => queueLines(change, nowMs))
  }

  return {
    get linesTakenUntil() {
      return linesTakenUntil
    },
    get hasTakenAll() {
      return hasTakenAll
    },
    async takeChanges(feedReadAt, all) {
      const nowMs = performance.now()
      hasTakenAll = false
      const areLinesDue = all !== undefined || nowMs - linesReadAt >= linesEveryMs
      const facts = feed.facts.take((changes) => queueFacts(changes, nowMs))
      await settleAll([facts, areLinesDue && feed.lines.take((changes) => queueLinesAfter(facts, changes, nowMs))])
      if (!areLinesDue) return
      linesReadAt = nowMs
      linesTakenUntil = feed.lines.isBehind ? feed.lines.position : feedReadAt
      hasTakenAll = !feed.facts.isBehind && !feed.lines.isBehind
    },
    async takeOutdated(areCounted) {
      const pods = (await upgrade.next(areCounted)) ?? []
      // `asOf` of lists does not wait for these pods, whose facts their records have.
      const work = { ...untried, since: Infinity, dueAt: performance.now(), recount: true }
      for (const pod of pods) queue.add({ ...pod, ...work })
      return pods.length
    },
  }
}

/** Uids of the pods that a change concerns. */
async function podsOf(reading: Reading, { tenant, source, uid, cluster, node, detail }: FactChange): Promise<string[]> {
  if (source === 'fact') return [uid]
  if (source === 'node') return podsOfNode(reading, tenant, cluster, node)
  if (source === 'letters') return podsOfKey(reading, tenant, uid)
  const pods: string[] = []
  for (const oom of await killsOf(reading, tenant, detail)) {
    const aliases =
      oom.containerId === '' ? [] : await reading.rows<ContainerIdRow>(containerIdAliases(tenant, [oom.containerId]))
    pods.push(oom.podUid, ...aliases.map((alias) => alias.uid))
  }
  return [...new Set(pods)].filter((one) => one !== '')
}

/** The OOM kills that a line of a kernel is about. `detail`: its time in epoch ns, and the line; once without the time. */
async function killsOf(reading: Reading, tenant: string, detail: string): Promise<KernelOom[]> {
  const oom = readKernelOom(detail)
  if (oom !== undefined) return [oom]
  const killed = readKilledProcess(detail)
  const ns = /^\d{1,19} /.exec(detail)?.[0]
  if (killed === undefined || ns === undefined) return []
  const near = await reading.rows<KernelLineRow>(kernelLinesOf(tenant, killed.pid, BigInt(ns.trim())))
  return near.flatMap(({ message }) => readKernelOom(message) ?? [])
}

/** So often lines of a pod have it projected before its lines settle for longer. */
const promptMax = 5
/** Pods whose pace is remembered at most, for so many ms after their last lines. */
const [pacedPodsMax, pacedMs] = [200_000, 10 * settle.msMax]

/**
 * How much longer lines of a pod settle: 1 at first, and twice as much each time where lines go on coming. Lines that
 * only their time gives to a life, or that are all that is known of a pod, have the pod counted anew each time.
 */
function createPace(): (pod: string, nowMs: number) => number {
  const paces = new Map<string, { times: number; atMs: number }>()
  return (pod, nowMs) => {
    const before = paces.get(pod)
    const times = before === undefined || nowMs - before.atMs > pacedMs ? 1 : before.times + 1
    paces.delete(pod)
    paces.set(pod, { times, atMs: nowMs })
    if (paces.size > pacedPodsMax) paces.delete(paces.keys().next().value!)
    return 2 ** Math.max(0, Math.min(times, 30) - promptMax)
  }
}

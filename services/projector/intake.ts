// What is put into the queue, and when it is due: facts at once, lines once they settle, records on older rules when nothing else is to do.
import type { Reading } from '#shared/store-reading/reading.ts'
import { readKernelOom } from '#shared/lifecycle/kernel-oom.ts'
import type { ChangeFeed, FactChange, LinesChange } from './change-feed.ts'
import { containerIdAliases, type ContainerIdRow } from '#shared/stored-pods/fact-statements.ts'
import type { KnownPods } from './known-pods.ts'
import { podsOfNode } from './pods-of-node.ts'
import type { RulesUpgrade } from './rules-upgrade.ts'
import type { WorkQueue } from './work-queue.ts'

/** Lines are looked for less often than facts: they change records of the dead, and of pods that nothing else reports. */
const linesEveryMs = 200
/** Lines of a pod are counted once none came for a while: so many ms, and one more for each of so many lines, up to the most. */
export const settle = { ms: 300, linesPerMs: 50, msMax: 60_000 }

export interface Intake {
  /** Takes what changed. `looked`: epoch ms of the store's clock before; `all`: lines too, whenever they were looked for last. */
  takeChanges(looked: number, all?: 'all'): Promise<void>
  /** Lines that were stored until then were taken, epoch ms of the store's clock. */
  readonly linesTaken: number
  /** Takes some records that rest on older rules; resolves to how many. */
  takeOutdated(): Promise<number>
}

export interface IntakeOptions {
  reading: Reading
  feed: ChangeFeed
  queue: WorkQueue
  known: KnownPods
  upgrade: RulesUpgrade
}

export function createIntake({ reading, feed, queue, known, upgrade }: IntakeOptions): Intake {
  let linesReadAt = -Infinity
  let linesTaken = 0

  function queueLines({ tenant, uid, lives, at }: LinesChange, now: number): void {
    const pod = known.get(tenant, uid)
    if (pod !== undefined && lives.every((life) => pod.runningLives.has(life))) return
    const waitMs = Math.min(settle.ms + (pod?.lines ?? 0) / settle.linesPerMs, settle.msMax)
    queue.add({ tenant, uid, since: at, dueAt: now + waitMs, attempts: 0, isRelated: false, recount: true })
  }

  return {
    get linesTaken() {
      return linesTaken
    },
    async takeChanges(looked, all) {
      const now = performance.now()
      for (const change of await feed.facts())
        for (const uid of await podsOf(reading, change))
          queue.add({ tenant: change.tenant, uid, since: change.at, dueAt: now, attempts: 0, isRelated: false, recount: false })
      if (all === undefined && now - linesReadAt < linesEveryMs) return
      linesReadAt = now
      const changes = await feed.lines()
      await known.load(changes)
      for (const change of changes) queueLines(change, now)
      linesTaken = looked
    },
    async takeOutdated() {
      const pods = (await upgrade.next()) ?? []
      // Lists do not wait for them.
      for (const pod of pods)
        queue.add({ ...pod, since: Infinity, dueAt: performance.now(), attempts: 0, isRelated: false, recount: true })
      return pods.length
    },
  }
}

/** Uids of pods that a change is about. */
async function podsOf(reading: Reading, { tenant, source, uid, cluster, node, detail }: FactChange): Promise<string[]> {
  if (source === 'fact') return [uid]
  if (source === 'node') return podsOfNode(reading, tenant, cluster, node)
  const oom = readKernelOom(detail)
  if (oom === undefined) return []
  const aliases = oom.containerId === '' ? [] : await reading.rows<ContainerIdRow>(containerIdAliases(tenant, [oom.containerId]))
  return [...new Set([oom.podUid, ...aliases.map((alias) => alias.uid)])].filter((one) => one !== '')
}

// Reads what nodes and kernels reported around the ends of pods: evidence for why these ended (decision 0008).
import { secondsBetween } from '#shared/lifecycle/clock.ts'
import type { OomLine } from '#shared/lifecycle/evidence.ts'
import { killedWithinS, readKernelOom, readKilledProcess } from '#shared/lifecycle/kernel-oom.ts'
import { epochNs } from '#shared/pod-model/epoch-ns.ts'
import {
  kernelLinesMax,
  kernelOomLines,
  nodeMinutesAfter,
  nodeStates,
  type KernelLineRow,
  type NodeStateRow,
} from './scene-statements.ts'
import type { DeathScene, SceneKey } from '#shared/pod-model/death-scene.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'

/** So many states of a pod's node are evidence at most, the newest ones. */
const statesMax = 500

/** One for each key, in their order. */
export async function readScenes(
  reading: RowReading,
  tenant: string,
  keys: readonly SceneKey[],
): Promise<DeathScene[]> {
  const [states, lines] = await Promise.all([readStates(reading, tenant, keys), readKernel(reading, tenant, keys)])
  if (lines === undefined) {
    const half = Math.ceil(keys.length / 2)
    return [
      ...(await readScenes(reading, tenant, keys.slice(0, half))),
      ...(await readScenes(reading, tenant, keys.slice(half))),
    ]
  }
  const ofNode = Map.groupBy(states, nodeKey)
  return keys.map((key) => ({
    node: (ofNode.get(nodeKey(key)) ?? [])
      .filter(({ since }) => key.until === null || secondsBetween(key.until, since) <= nodeMinutesAfter * 60)
      .slice(0, statesMax)
      .map(({ what, status, since, reason, message }) => ({ what, status, since, reason, message }))
      .toReversed(),
    oomLines: lines.filter(
      ({ podUid, containerId }) => podUid === key.podUid || key.containerIds.includes(containerId),
    ),
  }))
}

async function readStates({ rows }: RowReading, tenant: string, keys: readonly SceneKey[]): Promise<NodeStateRow[]> {
  const placed = keys.filter(({ node }) => node !== '')
  if (placed.length === 0) return []
  const untils = placed.flatMap(({ until }) => until ?? [])
  const last = untils.length < placed.length ? null : untils.toSorted().at(-1)!
  return rows<NodeStateRow>(nodeStates(tenant, placed, last))
}

/** OOM kills around the ends; undefined where several pods have more lines of kernels than one statement reads. */
async function readKernel(
  { rows }: RowReading,
  tenant: string,
  keys: readonly SceneKey[],
): Promise<OomLine[] | undefined> {
  const ends = keys.flatMap((key) => key.ends ?? [])
  const [first] = ends.map((end) => end.first).toSorted()
  const last = ends
    .map((end) => end.last)
    .toSorted()
    .at(-1)
  if (first === undefined || last === undefined) return []
  const kernelLines = await rows<KernelLineRow>(kernelOomLines(tenant, { first, last }))
  if (kernelLines.length === kernelLinesMax && keys.length > 1) return undefined
  return oomLinesIn(kernelLines)
}

/** Kills, each with the line that says how much memory the process had. */
function oomLinesIn(kernelLines: readonly KernelLineRow[]): OomLine[] {
  const killed = kernelLines.flatMap(({ time, message }) => {
    const process = readKilledProcess(message)
    return process === undefined ? [] : [{ ...process, time }]
  })
  const byPid = Map.groupBy(killed, ({ pid }) => pid)
  return kernelLines.flatMap(({ time, message }): OomLine[] => {
    const oom = readKernelOom(message)
    if (oom === undefined) return []
    const own = byPid
      .get(oom.pid)
      ?.find(
        (one) => one.process === oom.process && nsBetween(time, one.time) <= BigInt(killedWithinS) * 1_000_000_000n,
      )
    return [{ ...oom, time, text: message, ...(own === undefined ? {} : { killed: own }) }]
  })
}

const nsBetween = (a: string, b: string): bigint => {
  const ns = epochNs(b) - epochNs(a)
  return ns < 0n ? -ns : ns
}

const nodeKey = ({ cluster, node }: Pick<SceneKey, 'cluster' | 'node'>): string => JSON.stringify([cluster, node])

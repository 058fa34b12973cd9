// What nodes and kernels said around the ends of pods.
import { secondsBetween } from '#shared/lifecycle/clock.ts'
import type { OomLine } from '#shared/lifecycle/evidence.ts'
import { readKernelOom } from '#shared/lifecycle/kernel-oom.ts'
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

/** States of a pod's node, the newest ones. */
const statesMax = 500

/** One for each, in their order. */
export async function readScenes(reading: RowReading, tenant: string, keys: readonly SceneKey[]): Promise<DeathScene[]> {
  const [states, lines] = await Promise.all([readStates(reading, tenant, keys), readKernel(reading, tenant, keys)])
  if (lines === undefined) {
    const half = Math.ceil(keys.length / 2)
    return [...(await readScenes(reading, tenant, keys.slice(0, half))), ...(await readScenes(reading, tenant, keys.slice(half)))]
  }
  const ofNode = Map.groupBy(states, nodeKey)
  return keys.map((key) => ({
    node: (ofNode.get(nodeKey(key)) ?? [])
      .filter(({ since }) => key.until === null || secondsBetween(key.until, since) <= nodeMinutesAfter * 60)
      .slice(0, statesMax)
      .map(({ what, status, since, reason, message }) => ({ what, status, since, reason, message }))
      .toReversed(),
    oomLines: lines.filter(({ podUid, containerId }) => podUid === key.podUid || key.containerIds.includes(containerId)),
  }))
}

async function readStates({ rows }: RowReading, tenant: string, keys: readonly SceneKey[]): Promise<NodeStateRow[]> {
  const there = keys.filter(({ node }) => node !== '')
  if (there.length === 0) return []
  const untils = there.flatMap(({ until }) => until ?? [])
  const last = untils.length < there.length ? null : untils.toSorted().at(-1)!
  return rows<NodeStateRow>(nodeStates(tenant, there, last))
}

/** undefined where so much was said between the ends of many pods that some of it may be missing. */
async function readKernel({ rows }: RowReading, tenant: string, keys: readonly SceneKey[]): Promise<OomLine[] | undefined> {
  const ends = keys.flatMap((key) => key.ends ?? [])
  const [first] = ends.map((end) => end.first).toSorted()
  const last = ends
    .map((end) => end.last)
    .toSorted()
    .at(-1)
  if (first === undefined || last === undefined) return []
  const told = await rows<KernelLineRow>(kernelOomLines(tenant, { first, last }))
  if (told.length === kernelLinesMax && keys.length > 1) return undefined
  return told.flatMap(({ time, message }): OomLine[] => {
    const oom = readKernelOom(message)
    return oom === undefined ? [] : [{ ...oom, time, text: message }]
  })
}

const nodeKey = ({ cluster, node }: Pick<SceneKey, 'cluster' | 'node'>): string => JSON.stringify([cluster, node])

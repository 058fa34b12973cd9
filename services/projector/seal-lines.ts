// What the seals of lives rest on: numbers of lines, what they cover of their files, and dead letters that may explain what is missing.
import { losses } from './count-lines/loss-statements.ts'
import { readFewLines } from './count-lines/read-small-pods.ts'
import { boundsOf } from './count-lines/line-owners.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import type { PodFacts } from '#shared/pod-model/pod.ts'
import type { LossRow } from '#shared/pod-model/rows.ts'
import { createLineSettler } from './settle-lines.ts'

/** The pods, in their order, with counts and sizes, stretches and losses, however many lines they have. */
export async function sealLines(reading: RowReading, tenant: string, pods: readonly PodFacts[]): Promise<PodFacts[]> {
  const settler = createLineSettler({ reading })
  const covered =
    (await readFewLines(reading, tenant, pods, { sizes: true })) ??
    (await settler.covered(tenant, await settler.counted(tenant, pods, { sizes: true })))
  return withLosses(reading, tenant, covered)
}

/** Adds `losses` where there are stretches. */
async function withLosses({ rows }: RowReading, tenant: string, pods: readonly PodFacts[]): Promise<PodFacts[]> {
  if (pods.every(({ stretches = [] }) => stretches.length === 0)) return [...pods]
  const holed = pods.filter(({ stretches = [] }) => stretches.some(({ from }) => from > 0))
  const letters = await rows<LossRow>(losses(tenant, boundsOf(holed)?.uids ?? []))
  return pods.map((pod) => (pod.stretches === undefined ? pod : { ...pod, losses: letters }))
}

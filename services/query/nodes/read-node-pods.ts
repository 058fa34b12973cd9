// Reads a page of the pods that ended on a node, or that were on it, newest first.
import { readPodPage, type PodPosition } from '#query/pods/read-page.ts'
import { readRecords } from '#query/pods/read-records.ts'
import type { PodFilter } from '#query/pods/pod-filter.ts'
import type { PodRecord } from '#shared/pod-model/record.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import { podsEndedOn, type EndedRow, type NodeName, type TimeRange } from './node-statements.ts'

export interface NodePodsRequest extends TimeRange, Pick<PodFilter, 'outcome'> {
  tenant: string
  node: NodeName
  position: PodPosition | undefined
  /** Revision at which the listing began. */
  since: bigint
  limit: number
}

export interface NodePods {
  records: PodRecord[]
  /** null on the last page. */
  next: PodPosition | null
}

/** A pod that ended several times is there once, at its last end. */
export async function readEnded(
  reading: RowReading,
  { tenant, node, from, to, outcome, position, since, limit }: NodePodsRequest,
): Promise<NodePods> {
  const asked = { from, to, outcome, after: position, limit: limit + 1 }
  const rows = await reading.rows<EndedRow>(podsEndedOn(tenant, node, asked))
  const page = rows.slice(0, limit)
  const byUid = await readRecords(reading, tenant, [...new Set(page.map(({ uid }) => uid))])
  const last = rows.length > limit ? page.at(-1) : undefined
  return {
    records: page.flatMap(({ uid }) => byUid.get(uid) ?? []),
    next: last === undefined ? null : { rank: BigInt(last.rank), uid: last.uid, since },
  }
}

export const readLived = (
  reading: RowReading,
  { tenant, node: { cluster, name }, from, to, outcome, ...page }: NodePodsRequest,
): Promise<NodePods> =>
  readPodPage(reading, {
    filter: { tenant, cluster: [cluster], node: [name], outcome, from, to },
    sort: 'created',
    ...page,
  })

// The pods that replaced some others, for a page of a list: one statement for all of them, where readReplacement takes
// two for each. It finds the same pods: a test asks both.
import { bind, int, sql, statement, str, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import { epochNs } from '#shared/pod-model/epoch-ns.ts'
import { joined } from '#shared/pod-model/handles.ts'
import type { PodRecord } from '#shared/pod-model/record.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import { replacedOf, replacedUnder } from './read-neighbours.ts'

export interface Replacement {
  uid: string
  name: string
}

/** Who may have replaced a pod: pods of an owner that were created at a rank or before it, thus at that time or later. */
interface Wanted {
  uid: string
  owner: string
  under: 'name' | 'node' | undefined
  place: string
  rank: bigint
}

interface ReplacementRow {
  /** Which of the wanted, from 0. */
  wanted: number
  /** The first two of that time, by uid: one of them may be the replaced pod itself. */
  pods: [uid: string, name: string][]
}

/** By the uid of the replaced pod; pods that nothing replaced are left out. */
export async function readReplacements(
  reading: Pick<RowReading, 'rows'>,
  tenant: string,
  records: readonly PodRecord[],
): Promise<Map<string, Replacement>> {
  const wanted = records.flatMap(wantedOf)
  if (wanted.length === 0) return new Map()
  const rows = await reading.rows<ReplacementRow>(createdNext(tenant, wanted))
  const replacements = new Map<string, Replacement>()
  for (const { wanted: at, pods } of rows.toSorted((a, b) => a.wanted - b.wanted)) {
    const { uid: replaced } = wanted[at]!
    const next = pods.find(([uid]) => uid !== replaced)
    if (next !== undefined && !replacements.has(replaced)) replacements.set(replaced, { uid: next[0], name: next[1] })
  }
  return replacements
}

/**
 * Ranks are minus epoch ns. A pod that was replaced in the second of its birth may come first itself: the next is wanted
 * too.
 */
function wantedOf(record: PodRecord): Wanted[] {
  const replaced = replacedOf(record)
  if (replaced === undefined) return []
  const { uid, cluster, namespace, ownerKind, ownerName, since } = replaced
  const under = replacedUnder(ownerKind)
  const one = {
    uid,
    owner: joined(cluster, namespace, `${ownerKind}/${ownerName}`),
    under,
    place: under === undefined ? '' : replaced[under],
  }
  const rank = -epochNs(`${since.slice(0, 19)}.000000000Z`)
  const born = record.createdAt === null ? undefined : -epochNs(record.createdAt)
  return born === undefined || born > rank
    ? [{ ...one, rank }]
    : [
        { ...one, rank },
        { ...one, rank: born - 1n },
      ]
}

function createdNext(tenant: string, wanted: readonly Wanted[]): Fragment {
  const owners = (under: Wanted['under']) =>
    strs([...new Set(wanted.filter((one) => one.under === under).map(({ owner }) => owner))])
  const newestRank = wanted.reduce((most, { rank }) => (rank > most ? rank : most), wanted[0]!.rank)
  return statement(
    'created-next-of-page',
    sql`SELECT toFloat64(one.1) AS wanted, pods FROM
    (SELECT arrayJoin(arrayZip(${bind(
      'Array(UInt64)',
      wanted.map((_, i) => i),
    )},
      ${strs(wanted.map(({ owner }) => owner))}, ${strs(wanted.map(({ place }) => place))},
      ${bind(
        'Array(Int64)',
        wanted.map(({ rank }) => rank),
      )})) AS one,
      one.2 AS owner, one.3 AS place, one.4 AS latest) AS asked
    ASOF JOIN (SELECT value AS owner,
        multiIf(value IN ${owners('name')}, name, value IN ${owners('node')}, toString(node), '') AS place, rank,
        arraySlice(arraySort(groupArray((uid, name))), 1, 2) AS pods
      ${fromTable(tenant, 'pod_lookup', { final: true })} AND kind = ${str('created-by')}
        AND value IN ${strs([...new Set(wanted.map(({ owner }) => owner))])} AND rank <= ${int(newestRank)}
      GROUP BY owner, place, rank) AS born
    ON asked.owner = born.owner AND asked.place = born.place AND asked.latest >= born.rank`,
  )
}

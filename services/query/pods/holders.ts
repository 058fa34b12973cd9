// Pure: which pods had an address at a time. A pod has its first address from its start, and each later one from when
// that was first reported. It has the address until the pod is over, gets another one, or another pod of the cluster
// has it; the last also bounds pods whose end nobody reported, as on a node that vanished. Pods share an address of the
// host.
import { compare } from '#shared/compare.ts'
import type { Address } from '#shared/pod-model/handles.ts'
import type { PodRecord } from '#shared/pod-model/record.ts'

interface Holding extends Address {
  uid: string
  cluster: string
  begin: bigint
  end: bigint
}

const never = 9_223_372_036_854_775_807n
const second = 1_000_000_000n

/**
 * Uids of the pods that had one of `ips` at some time in [from, to), epoch ns. `records`: of all pods that ever had one
 * of `ips`.
 */
export function holdersOf(
  records: readonly PodRecord[],
  ips: readonly string[],
  { from, to }: { from?: bigint | undefined; to?: bigint | undefined },
): Set<string> {
  const holdings = records.flatMap((record) => holdingsOf(record).filter(({ value }) => ips.includes(value)))
  const owners = Map.groupBy(holdings, ({ kind, cluster, value }) => JSON.stringify([kind, cluster, value]))
  const holdingsThen = [...owners.values()].flatMap((ofAddress) => {
    const ordered = ofAddress.toSorted((a, b) => compare(a.begin, b.begin) || compare(a.uid, b.uid))
    return ordered.filter(({ kind, begin, end }, i) => {
      // Kubernetes reports whole seconds: both pods may have had the address in the second in which it changed hands.
      const next = kind === 'ip' ? ordered[i + 1] : undefined
      const until = next === undefined ? end : least(end, next.begin + second)
      return (from === undefined || until > from) && (to === undefined || begin < to)
    })
  })
  return new Set(holdingsThen.map(({ uid }) => uid))
}

function holdingsOf({ uid, cluster, addresses, addressSpan }: PodRecord): Holding[] {
  const since = BigInt(addressSpan.since)
  const until = addressSpan.until === null ? never : BigInt(addressSpan.until)
  // A pod has one address of a family at a time: each ends when the next one was reported.
  return [...Map.groupBy(addresses, ({ value }) => value.includes(':')).values()].flatMap((ofFamily) => {
    const ordered = ofFamily.toSorted(
      (a, b) => compare(BigInt(a.reported), BigInt(b.reported)) || compare(a.value, b.value),
    )
    return ordered.map((address, i) => {
      const reported = BigInt(address.reported)
      const next = ordered[i + 1]
      return {
        ...address,
        uid,
        cluster,
        begin: i === 0 ? least(since, reported) : reported,
        end: least(next === undefined ? never : BigInt(next.reported), until),
      }
    })
  })
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b)

// Pure: which pods had an address at a time. It is a pod's from its start, or from when it was first reported where the pod had another one before,
// until the pod is over, gets another one, or another pod of the cluster has it. What was missed (a node that vanished with its pods) ends there
// too. An address of the host is shared by pods, and ends with each.
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

/** Of records of all pods that ever had one of these, the uids of those that had it at some time in [from, to). */
export function holdersOf(
  records: readonly PodRecord[],
  ips: readonly string[],
  { from, to }: { from?: bigint | undefined; to?: bigint | undefined },
): Set<string> {
  const holdings = records.flatMap((record) => holdingsOf(record).filter(({ value }) => ips.includes(value)))
  const owners = Map.groupBy(holdings, ({ kind, cluster, value }) => JSON.stringify([kind, cluster, value]))
  const then = [...owners.values()].flatMap((ofAddress) => {
    const ordered = ofAddress.toSorted((a, b) => compare(a.begin, b.begin) || compare(a.uid, b.uid))
    return ordered.filter(({ kind, begin, end }, i) => {
      // Times of Kubernetes are whole seconds: two pods may have had it within the one in which it changed hands.
      const next = kind === 'ip' ? ordered[i + 1] : undefined
      const until = next === undefined ? end : least(end, next.begin + second)
      return (from === undefined || until > from) && (to === undefined || begin < to)
    })
  })
  return new Set(then.map(({ uid }) => uid))
}

function holdingsOf({ uid, cluster, addresses, addressSpan }: PodRecord): Holding[] {
  const since = BigInt(addressSpan.since)
  const until = addressSpan.until === null ? never : BigInt(addressSpan.until)
  // Of one pod, addresses of one family follow each other.
  return [...Map.groupBy(addresses, ({ value }) => value.includes(':')).values()].flatMap((ofFamily) => {
    const ordered = ofFamily.toSorted((a, b) => compare(BigInt(a.reported), BigInt(b.reported)) || compare(a.value, b.value))
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

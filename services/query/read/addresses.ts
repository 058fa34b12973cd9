// Which pods had an address at a time. It is a pod's from its start, or from when it was first told of where the pod had another one
// before, until the pod is over, gets another one, or another pod of the cluster has it. What was missed (a node that vanished with its
// pods) ends there too. An address of the host is shared by pods, and ends with each.
import { compare } from '#shared/compare.ts'
import { never, podSpans, toldAddresses, type PodSpan, type ToldAddress } from '#query/plan/pod-addresses.ts'
import type { When } from '#query/plan/pod-handles.ts'
import type { RowReading } from './reading.ts'

/** Uids of those that had one of these at some time in [from, to). */
export async function readHolders({ rows }: RowReading, tenant: string, ips: readonly string[], when: When): Promise<string[]> {
  const [told, spans] = await Promise.all([rows<ToldAddress>(toldAddresses(tenant, ips)), rows<PodSpan>(podSpans(tenant, ips))])
  return holdersOf({ told, spans, ips }, when)
}

interface Held extends ToldAddress {
  begin: bigint
  end: bigint
}

const second = 1_000_000_000n

/** Pure. Times of Kubernetes are whole seconds: two pods may have had it within the one in which it changed hands. */
function holdersOf(
  { told, spans, ips }: { told: readonly ToldAddress[]; spans: readonly PodSpan[]; ips: readonly string[] },
  { from, to }: When,
): string[] {
  const spanOf = new Map(spans.map((span) => [span.uid, { born: BigInt(span.born), over: BigInt(span.over) }]))
  // Of one pod, addresses of one family follow each other.
  const turns = Map.groupBy(told, ({ uid, value }) => JSON.stringify([uid, value.includes(':')]))
  const held = [...turns.values()].flatMap((ofPod): Held[] => {
    const ordered = ofPod.toSorted((a, b) => byTime(BigInt(a.told), BigInt(b.told)) || compare(a.value, b.value))
    return ordered.flatMap((address, i) => {
      const span = spanOf.get(address.uid)
      if (span === undefined || !ips.includes(address.value)) return []
      const since = BigInt(address.told)
      const next = ordered[i + 1]
      const replaced = next === undefined ? never : BigInt(next.told)
      return [{ ...address, begin: i === 0 ? least(span.born, since) : since, end: least(replaced, span.over) }]
    })
  })
  const owners = Map.groupBy(held, ({ kind, cluster, value }) => JSON.stringify([kind, cluster, value]))
  const then = [...owners.values()].flatMap((ofAddress) => {
    const ordered = ofAddress.toSorted((a, b) => byTime(a.begin, b.begin) || compare(a.uid, b.uid))
    return ordered.filter(({ kind, begin, end }, i) => {
      const next = kind === 'ip' ? ordered[i + 1] : undefined
      const until = next === undefined ? end : least(end, next.begin + second)
      return (from === undefined || until > from) && (to === undefined || begin < to)
    })
  })
  return [...new Set(then.map(({ uid }) => uid))]
}

const least = (a: bigint, b: bigint): bigint => (a < b ? a : b)
const byTime = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)

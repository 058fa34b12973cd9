// Pure: which pods a request asks for. Values of one filter are ORed, different filters are ANDed, and an absent filter
// does not restrict. `matches` decides by the record; handles only lead to candidates (lookup-statements.ts).
import { bareContainerId } from '#shared/container-id.ts'
import type { Outcome } from '#shared/lifecycle/evidence.ts'
import { epochNs } from '#shared/pod-model/epoch-ns.ts'
import type { PodRecord } from '#shared/pod-model/record.ts'
import { matchesLabelLists, type LabelRequirement } from '#shared/stored-pods/label-selector.ts'
import { isOwner, ownerName } from '#shared/stored-pods/owner-name.ts'

export interface PodFilter {
  tenant: string
  cluster?: readonly string[] | undefined
  namespace?: readonly string[] | undefined
  name?: readonly string[] | undefined
  node?: readonly string[] | undefined
  outcome?: readonly Outcome[] | undefined
  /** Whole uids of pods or log paths, or their first `uidPrefixMin` or more characters. */
  uid?: readonly string[] | undefined
  ip?: readonly string[] | undefined
  /** The first or all hexadecimal digits, in lower case, without scheme. */
  containerId?: readonly string[] | undefined
  /** References with or without tag, or `sha256:` and digits. */
  image?: readonly string[] | undefined
  /** All of them. */
  label?: readonly LabelRequirement[] | undefined
  /** As people write them: shared/stored-pods/owner-name.ts. */
  owner?: readonly string[] | undefined
  /** Uids or names of Events on pods. */
  event?: readonly string[] | undefined
  /** Epoch ns: pods between whose firstSeen and lastSeen some time of [from, to) lies. */
  from?: bigint | undefined
  to?: bigint | undefined
  /** Epoch ns: pods that lived at that time. */
  at?: bigint | undefined
}

export const uidPrefixMin = 6

/** Whether the record matches the filter, but for `event`, and for `ip` with a time: read-page.ts decides those. */
export function matches(record: PodRecord, filter: PodFilter): boolean {
  const { cluster, namespace, name, node, outcome } = filter
  return (
    isOneOf(record.cluster, cluster) &&
    isOneOf(record.namespace, namespace) &&
    isOneOf(record.name, name) &&
    isOneOf(record.node, node) &&
    isOneOf(record.outcome, outcome) &&
    hasHandles(record, filter) &&
    isInTime(record, filter)
  )
}

const isOneOf = (value: string, values: readonly string[] | undefined): boolean =>
  values === undefined || values.includes(value)

function hasHandles(record: PodRecord, { uid, ip, containerId, image, label, owner }: PodFilter): boolean {
  const valuesOf = (kind: string): string[] =>
    record.handles.flatMap((handle) => (handle.kind === kind ? [handle.value] : []))
  const any = <T>(asked: readonly T[] | undefined, is: (one: T) => boolean): boolean =>
    asked === undefined || asked.some(is)
  const uids = [record.uid, ...record.selectors.uids]
  return (
    any(uid, (prefix) =>
      uids.some((own) => (prefix.length < uidPrefixMin ? own === prefix : own.startsWith(prefix))),
    ) &&
    any(ip, (address) => record.addresses.some(({ value }) => value === address)) &&
    any(containerId, (prefix) =>
      record.lives.some((life) => bareContainerId(life.containerId).toLowerCase().startsWith(prefix)),
    ) &&
    any(image, (asked) => valuesOf('image').some((own) => isImage(own, asked))) &&
    any(owner?.map(ownerName), (asked) => valuesOf('owner').some((own) => isOwner(asked, own))) &&
    (label === undefined || matchesLabelLists(label, valuesOf('label')))
  )
}

/** A reference without a tag matches any tag, and the first digits of a digest match the digest. */
function isImage(own: string, asked: string): boolean {
  if (asked.startsWith('sha256:')) return own.startsWith(asked)
  return own === asked || own.startsWith(`${asked}:`) || own.startsWith(`${asked}@`)
}

function isInTime({ firstSeen, lastSeen, living }: PodRecord, { from, to, at }: PodFilter): boolean {
  const first = firstSeen === null ? 0n : epochNs(firstSeen)
  const last = lastSeen === null ? 0n : epochNs(lastSeen)
  return (
    (from === undefined || living || last >= from) &&
    (to === undefined || first < to) &&
    (at === undefined || (first <= at && (living || last >= at)))
  )
}

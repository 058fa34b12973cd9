// Sets of pods by what people have in hand: an address, the begin of a container id, an image, a label, a node, an owner, an Event.
// Each handle is a set of uids, found by primary key in pod_handles; pods that are in every set are found. Uids stand
// there as the facts had them: those of a static pod's log path are translated to that of the API.
import { join, raw, sql, str, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { everHeld } from './pod-addresses.ts'
import { bareContainerId, mirrors, namelessNamesOf, resolvedLines } from './pod-sources.ts'

/** Values of one filter are ORed, different filters ANDed. */
export interface PodHandles {
  /** Exactly so, or where it has 6 characters or more the begin of one. */
  uid?: readonly string[] | undefined
  /** Beside those of `uid`, exactly these: read/presence.ts knows which pods carry such a uid in their log path. */
  mirroredAs?: readonly string[] | undefined
  /** Exactly these. */
  among?: readonly string[] | undefined
  /** Had it ever: read/addresses.ts finds those that had it at a time. */
  ip?: readonly string[] | undefined
  /** Hexadecimal digits without scheme, the first ones at least. */
  containerId?: readonly string[] | undefined
  /** References as normaliseImage gives them, with or without tag, or `sha256:` and digits. */
  image?: readonly string[] | undefined
  label?: readonly LabelFilter[] | undefined
  node?: readonly string[] | undefined
  owner?: readonly string[] | undefined
  /** Uids or names of Events on pods. */
  event?: readonly string[] | undefined
}

/** One key: any of the values, or any value at all. */
export interface LabelFilter {
  key: string
  values: readonly string[] | 'any'
}

/** Epoch ns, [from, to): when an address must have been the pod's. */
export interface When {
  from?: bigint | undefined
  to?: bigint | undefined
}

/** What is so rare that most tenants' statements can do without it. */
export interface Presence {
  /** Some pod is static. */
  mirrored: boolean
  /** Some lines came without a pod uid. */
  nameless: boolean
}

/** Digits of a container id that pod_handles keeps. */
const containerDigits = 12

/** The handle of a container id without scheme. */
export const containerHandle = (id: string): string => id.toLowerCase().slice(0, containerDigits)

/** Sets of uids of the API (rows: uid), one for each handle. Without `mirrored` they are as whoever told of them knew them. */
export function handleSets(tenant: string, handles: PodHandles, presence: Presence): Fragment[] {
  const { uid, mirroredAs = [], among, ip, containerId, image, label, node, owner, event } = handles
  const sets = [
    ...(uid === undefined ? [] : [byUid(tenant, { uid, mirroredAs }, presence)]),
    ...(among === undefined ? [] : [sql`SELECT arrayJoin(${strs(among)}) AS uid`]),
    ...(ip === undefined ? [] : [everHeld(tenant, ip)]),
    ...(image === undefined ? [] : [byValue(tenant, 'image', image.map(imageCondition))]),
    ...(label ?? []).map((filter) => byValue(tenant, 'label', labelConditions(filter))),
    // Pods without a node have no such handle.
    ...(node === undefined || node.includes('') ? [] : [byValue(tenant, 'node', [equalsAny(node)])]),
    ...(owner === undefined ? [] : [byValue(tenant, 'owner', [equalsAny(owner)])]),
    ...(event === undefined ? [] : [byEvent(tenant, event)]),
  ].map((set) => (presence.mirrored ? ofApi(tenant, set) : set))
  return containerId === undefined ? sets : [...sets, byContainer(tenant, containerId, presence)]
}

/** At most `limit` of a set, each once. Rows: uid. */
export const someOf = (set: Fragment, limit: number): Fragment => sql`SELECT DISTINCT uid FROM (${set}) LIMIT ${uint(limit)}`

const byValue = (tenant: string, kind: string, conditions: readonly Fragment[]): Fragment =>
  sql`SELECT uid FROM pod_handles WHERE tenant = ${str(tenant)} AND kind = ${str(kind)} AND (${join(conditions, ' OR ')})`

const equalsAny = (values: readonly string[]): Fragment => sql`value IN ${strs(values)}`

const startsWith = (column: Fragment, prefix: string): Fragment => sql`startsWith(${column}, ${str(prefix)})`

const labelConditions = ({ key, values }: LabelFilter): Fragment[] =>
  values === 'any' ? [startsWith(raw('value'), `${key}=`)] : [equalsAny(values.map((value) => `${key}=${value}`))]

function imageCondition(image: string): Fragment {
  if (image.startsWith('sha256:')) return startsWith(raw('value'), image)
  return sql`(value = ${str(image)} OR ${startsWith(raw('value'), `${image}:`)} OR ${startsWith(raw('value'), `${image}@`)})`
}

const beginsWithMin = 6

/** What PodHandles.uid says of one. */
export const isUidLike = (uid: string, handle: string): boolean =>
  handle.length < beginsWithMin ? uid === handle : uid.startsWith(handle)

function byUid(
  tenant: string,
  { uid: uids, mirroredAs }: { uid: readonly string[]; mirroredAs: readonly string[] },
  { nameless }: Presence,
): Fragment {
  const is = (column: Fragment) =>
    join(
      uids.map((uid) => (uid.length < beginsWithMin ? sql`${column} = ${str(uid)}` : startsWith(column, uid))),
      ' OR ',
    )
  const made = sql`SELECT concat('unresolved:', cluster, '/', namespace, '/', pod) AS uid FROM life_lines WHERE tenant = ${str(tenant)} AND pod_uid = '' AND (${is(raw('uid'))})`
  const exactly = mirroredAs.length === 0 ? raw('') : sql` OR uid IN ${strs(mirroredAs)}`
  return sql`SELECT uid FROM pods_seen WHERE tenant = ${str(tenant)} AND (${is(raw('uid'))}${exactly})${nameless ? sql` UNION ALL ${made}` : raw('')}`
}

function byEvent(tenant: string, events: readonly string[]): Fragment {
  // Apart, since each column has an index of its own.
  const by = (column: string) =>
    sql`SELECT involved_uid AS uid FROM events WHERE tenant = ${str(tenant)} AND events.${raw(column)} IN ${strs(events)} AND involved_kind = 'Pod'`
  return sql`${by('uid')} UNION ALL ${by('name')}`
}

// The first digits lead to few pods; their instances are looked at whole. Whose nameless lines are is decided by resolvedLines alone.
function byContainer(tenant: string, prefixes: readonly string[], presence: Presence): Fragment {
  const first = byValue(
    tenant,
    'container',
    prefixes.map((prefix) =>
      prefix.length < containerDigits ? startsWith(raw('value'), prefix) : sql`value = ${str(prefix.slice(0, containerDigits))}`,
    ),
  )
  const is = (column: Fragment) =>
    sql`(${join(
      prefixes.map((prefix) => startsWith(sql`lower(${column})`, prefix)),
      ' OR ',
    )})`
  const named = sql`SELECT pod_uid AS uid FROM lives WHERE tenant = ${str(tenant)} AND pod_uid IN (${first}) AND ${is(raw('container_id'))}
    UNION ALL SELECT pod_uid AS uid FROM life_lines WHERE tenant = ${str(tenant)} AND pod_uid != '' AND pod_uid IN (${first}) AND ${is(bareContainerId)}`
  const set = presence.mirrored ? ofApi(tenant, named) : named
  if (!presence.nameless) return set
  const nameless = resolvedLines(tenant, namelessNamesOf(tenant, first))
  return sql`${set} UNION ALL SELECT resolved AS uid FROM (${nameless}) AS nameless WHERE ${is(raw('container_id'))}`
}

/** Uids of the API for those of a set. */
const ofApi = (tenant: string, set: Fragment): Fragment =>
  sql`SELECT uid FROM (${set}) WHERE uid NOT IN (SELECT mirror_uid FROM (${mirrors(tenant)})) UNION ALL SELECT api_uid AS uid FROM (${mirrors(tenant)}) WHERE mirror_uid IN (${set})`

/** A condition on a uid as anybody carries it: its pod is in the set, which is of uids of the API. */
export function leadsTo(tenant: string, uid: Fragment, set: Fragment, { mirrored }: Presence): Fragment {
  const itself = sql`${uid} IN (${set})`
  return mirrored ? sql`(${itself} OR ${uid} IN (SELECT mirror_uid FROM (${mirrors(tenant)}) WHERE api_uid IN (${set})))` : itself
}

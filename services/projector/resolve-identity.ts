// Decides which lines belong to which pod; no other file does (decision 0016). An alias leads lines to the newest pod
// that has it: a uid of a log path to a static pod, a container id to the pod of that container. Lines without any such
// alias belong to the provisional pod unresolved:<cluster>/<namespace>/<pod>.
import type { RowReading } from '#shared/store-reading/reading.ts'
import * as statements from '#shared/stored-pods/fact-statements.ts'
import type { ContainerIdRow, LinesRow, LogUidRow } from '#shared/stored-pods/fact-statements.ts'

/** Unattributed lines of pods with these names, each row with the uid of the pod to which the lines belong. */
export async function resolveUnattributed(
  { rows }: Pick<RowReading, 'rows'>,
  tenant: string,
  names: readonly { namespace: string; pod: string }[],
): Promise<LinesRow[]> {
  if (names.length === 0) return []
  const asked = new Set(names.map(nameKey))
  const [namespaces, pods] = [names.map(({ namespace }) => namespace), names.map(({ pod }) => pod)].map((all) => [
    ...new Set(all),
  ])
  const all = await rows<LinesRow>(statements.unattributedLines(tenant, namespaces!, pods!))
  const lines = all.filter((line) => asked.has(nameKey(line)))
  const ids = [...new Set(lines.map(({ containerId }) => containerId))].filter((id) => id !== '')
  if (lines.length === 0) return []
  const lifeOf = await newestInstances({ rows }, tenant, ids)
  return lines.map((line) => {
    const life = lifeOf.get(line.containerId)
    return life === undefined
      ? { ...line, uid: unresolvedUid(line) }
      : { ...line, uid: life.uid, container: life.container, restart: life.restart }
  })
}

/** The newest instance with each container id, by the id without scheme. */
export async function newestInstances(
  { rows }: Pick<RowReading, 'rows'>,
  tenant: string,
  containerIds: readonly string[],
): Promise<Map<string, ContainerIdRow>> {
  if (containerIds.length === 0) return new Map()
  const aliases = await rows<ContainerIdRow>(statements.containerIdAliases(tenant, containerIds))
  return new Map(
    [...Map.groupBy(aliases, ({ containerId }) => containerId)].map(([id, ofId]) => [id, ofId.reduce(newerInstance)]),
  )
}

/** The uid of the provisional pod of lines that no alias leads to a pod. */
export const unresolvedUid = ({ cluster, namespace, pod }: Pick<LinesRow, 'cluster' | 'namespace' | 'pod'>): string =>
  `unresolved:${cluster}/${namespace}/${pod}`

/** Namespace and name of a provisional pod; empty for any other uid. */
export function unresolvedName(uid: string): { namespace: string; pod: string }[] {
  const match = /^unresolved:.*\/([^/]+)\/([^/]+)$/.exec(uid)
  return match === null ? [] : [{ namespace: match[1]!, pod: match[2]! }]
}

const nameKey = ({ namespace, pod }: { namespace: string; pod: string }): string => JSON.stringify([namespace, pod])

/**
 * The pod of each uid of a log path. A static pod that was created again has several pods one after the other: the
 * newest has the lines.
 */
export function newestByLogUid(rows: readonly LogUidRow[]): Map<string, string> {
  const newer = (a: LogUidRow, b: LogUidRow): LogUidRow => {
    const order = [BigInt(a.createdAt) - BigInt(b.createdAt), BigInt(a.version) - BigInt(b.version)].find(
      (one) => one !== 0n,
    )
    return (order ?? (a.uid < b.uid ? -1n : 1n)) < 0n ? b : a
  }
  return new Map(
    [...Map.groupBy(rows, ({ logUid }) => logUid)].map(([logUid, ofOne]) => [logUid, ofOne.reduce(newer).uid]),
  )
}

function newerInstance(a: ContainerIdRow, b: ContainerIdRow): ContainerIdRow {
  const order = BigInt(a.version) - BigInt(b.version)
  return order < 0n || (order === 0n && a.uid < b.uid) ? b : a
}

// Which lines belong to the pods of a selection, as a condition on `logs`. Two short statements, and lists of names:
// the sorting key of `logs` has namespace and pod, so that lines of other pods are not read. Of more pods than
// `listedMax`, subqueries find the lines.
import { sql, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import {
  lineNames,
  scopeOfMany,
  scopeOfNames,
  uidList,
  uidsOfSelection,
  type LineNamesRow,
  type PodSelection,
} from '#shared/stored-pods/pod-selection.ts'
import type { RowReading } from './reading.ts'

/** Pods, and names of lines, that a statement lists: docs/decisions/0022-filters-by-pod.md. */
const listedMax = 10_000

/** The lines of these pods in the time of the selection. */
export async function readPodScope(
  { rows }: Pick<RowReading, 'rows'>,
  selection: PodSelection,
  podsMax = listedMax,
): Promise<Fragment> {
  const { tenant, from, to } = selection
  const all = uidsOfSelection(selection)
  const uids = await rows<{ uid: string }>(uidList(all, podsMax + 1))
  if (uids.length === 0) return scopeOfNames([])
  if (uids.length > podsMax) return scopeOfMany({ tenant, uids: all, from, to })
  const lines = { tenant, uids: sql`${strs(uids.map(({ uid }) => uid))}`, from, to }
  const names = await rows<LineNamesRow>(lineNames(lines, podsMax + 1))
  return names.length > podsMax ? scopeOfMany(lines) : scopeOfNames(names)
}

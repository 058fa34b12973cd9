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

export interface PodLines {
  /** A condition on `logs`. */
  scope: Fragment
  /** No line is there: `scope` is false. */
  none?: boolean
  /** Between which times all of the lines are that were stored until now, epoch ns; undefined of many pods. */
  extent?: { first: bigint; last: bigint }
}

/** The lines of these pods in the time of the selection; `among`: of those that fulfil it. */
export async function readPodScope(
  { rows }: Pick<RowReading, 'rows'>,
  selection: PodSelection,
  { podsMax = listedMax, among }: { podsMax?: number; among?: Fragment } = {},
): Promise<PodLines> {
  const { tenant, from, to } = selection
  const all = uidsOfSelection(selection)
  const uids = await rows<{ uid: string }>(uidList(all, podsMax + 1))
  if (uids.length === 0) return { scope: scopeOfNames([]), none: true }
  if (uids.length > podsMax) return { scope: scopeOfMany({ tenant, uids: all, from, to, among }) }
  const lines = { tenant, uids: sql`${strs(uids.map(({ uid }) => uid))}`, from, to, among }
  const names = await rows<LineNamesRow>(lineNames(lines, podsMax + 1))
  if (names.length > podsMax) return { scope: scopeOfMany(lines) }
  return { scope: scopeOfNames(names), none: names.length === 0, ...extentOf(names) }
}

function extentOf(names: readonly LineNamesRow[]): Pick<PodLines, 'extent'> {
  if (names.length === 0) return {}
  const [firsts, lasts] = [names.map(({ first }) => BigInt(first)), names.map(({ last }) => BigInt(last))]
  return { extent: { first: firsts.reduce((a, b) => (a < b ? a : b)), last: lasts.reduce((a, b) => (a > b ? a : b)) } }
}

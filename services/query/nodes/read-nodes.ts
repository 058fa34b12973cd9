// Reads nodes with what Kubernetes reported of them last: three statements for a page, or two for one node.
import type { RowReading } from '#shared/store-reading/reading.ts'
import { nodeJson } from './node-json.ts'
import { newestConditions, reportedNodes } from './node-statements.ts'
import type { ConditionRow, NodeName, NodeNameRow, NodeRow } from './node-statements.ts'
import type { NodeJson } from './nodes-schema.ts'

/** In their order. */
export async function readNodes(
  { rows }: Pick<RowReading, 'rows'>,
  tenant: string,
  names: readonly NodeNameRow[],
): Promise<NodeJson[]> {
  if (names.length === 0) return []
  const [reported, conditions] = await Promise.all([
    rows<NodeRow>(reportedNodes(tenant, names)),
    rows<ConditionRow>(newestConditions(tenant, names)),
  ])
  const reportOf = new Map(reported.map((row) => [keyOf(row), row]))
  const conditionsOf = Map.groupBy(conditions, keyOf)
  return names.map((name) => nodeJson(name, reportOf.get(keyOf(name)), conditionsOf.get(keyOf(name)) ?? []))
}

const keyOf = ({ cluster, name }: NodeName): string => JSON.stringify([cluster, name])

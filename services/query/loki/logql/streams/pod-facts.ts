// What Kubernetes knows of the pods of streams, as labels: who owns them, and their own labels.
import { join, sql, statement, str, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import { labelName } from '../pipeline/line-labels.ts'

/** Labels of pods, by uid. */
export type PodFacts = ReadonlyMap<string, ReadonlyMap<string, string>>

/** The label that names an owner, by its kind; `job` is what a scrape job is called. */
const ownerLabels: Readonly<Record<string, string>> = {
  Deployment: 'deployment',
  StatefulSet: 'statefulset',
  DaemonSet: 'daemonset',
  CronJob: 'cronjob',
  Job: 'job_name',
}

/** The kind of owner that a label names. */
export const ownerKindOf = (name: string): string | undefined =>
  Object.entries(ownerLabels).find(([, label]) => label === name)?.[0]

export interface FactsRow {
  uid: string
  isDeleted: number
  ownerKind: string
  ownerName: string
  labels: Record<string, string>
}

/** Of the newest records of these pods. Rows: FactsRow. */
export const factsOf = (tenant: string, uids: readonly string[]): Fragment =>
  statement(
    'pod-facts',
    sql`SELECT uid, is_deleted AS isDeleted, JSONExtractString(record, 'owner', 'kind') AS ownerKind,
      JSONExtractString(record, 'owner', 'name') AS ownerName,
      JSONExtract(record, 'labels', 'Map(String, String)') AS labels
    FROM (SELECT uid, is_deleted, record ${fromTable(tenant, 'pod_revisions', { prewhere: true })}
      AND uid IN ${strs(uids)}
      ORDER BY uid, pod_revisions.revision DESC LIMIT 1 BY uid)`,
  )

export interface AliasRow {
  /** The uid in lines. */
  alias: string
  uid: string
}

/** The pods whose log paths have these uids, as those of static pods do. Rows: AliasRow. */
export const podsOfLogUids = (tenant: string, uids: readonly string[]): Fragment =>
  statement(
    'pods-of-log-uids',
    sql`SELECT alias, argMax(uid, pod_aliases.created_at) AS uid ${fromTable(tenant, 'pod_aliases')}
      AND kind = 'log-uid' AND alias IN ${strs(uids)} GROUP BY alias`,
  )

/** Whether a pod has, or once had, a label of one of these names. Rows: { name }. */
export const labelsOfPods = (tenant: string, names: readonly string[]): Fragment =>
  statement(
    'labels-of-pods',
    sql`SELECT DISTINCT substring(value, 1, position(value, '=') - 1) AS name ${fromTable(tenant, 'pod_lookup')}
      AND kind = 'label' AND (${join(
        names.map((name) => sql`startsWith(value, ${str(`${name}=`)})`),
        ' OR ',
      )})`,
  )

export function factsIn({ ownerKind, ownerName, labels }: FactsRow): Map<string, string> {
  const facts = new Map<string, string>()
  const owner = Object.hasOwn(ownerLabels, ownerKind) ? ownerLabels[ownerKind] : undefined
  if (owner !== undefined && ownerName !== '') facts.set(owner, ownerName)
  for (const [key, value] of Object.entries(labels)) {
    const name = labelName(key)
    if (value !== '' && name !== '' && !facts.has(name)) facts.set(name, value)
  }
  return facts
}

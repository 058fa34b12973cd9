// Statements of the projector about facts and aliases, for a literal list of pods. Pure. What a row of a pod, a life or
// an Event holds is in report-statements.ts.
import { bareContainerId } from '#shared/lines/bare-container-id.ts'
import { raw, sql, statement, strs, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import type { LifeLinesRow } from '#shared/pod-model/rows.ts'

export interface WatermarkRow {
  uid: string
  /** Epoch ms of the store's clock, as decimal text; 0 where nothing was stored. */
  factsAt: string
  linesAt: string
  /** null where nobody asked. */
  deletionAskedAt: string | null
  /** `<kind> <address>` to epoch ns of the first report. */
  addressReports: Record<string, string>
  /**
   * `label <key>=<value>`, `owner <Kind>/<name>` and `image <reference>` of any of its objects: those that were first
   * reported last.
   */
  everHad: string[]
}

/** Labels, owners and images that a pod once had: of one that had more, the earliest no longer find it. */
export const everHadMax = 300

/** Rows: WatermarkRow. */
export const watermarks = (tenant: string, uids: readonly string[]): Fragment =>
  statement(
    'pod-watermarks',
    sql`SELECT uid, toString(toUnixTimestamp64Milli(max(facts_at))) AS factsAt,
      toString(toUnixTimestamp64Milli(max(lines_at))) AS linesAt,
    if(min(deletion_asked_at) >= '2262-01-01', NULL, min(deletion_asked_at)) AS deletionAskedAt, mapApply((k, v) -> (k,
      toString(v)), minMap(address_first)) AS addressReports,
    arraySlice(arrayReverseSort(one -> (one.2, one.1), arrayZip(mapKeys(minMap(handles_first)),
      mapValues(minMap(handles_first)))), 1, ${uint(everHadMax)}).1 AS everHad
  ${fromTable(tenant, 'pod_watermarks')} AND uid IN ${strs(uids)} GROUP BY uid`,
  )

export interface LogUidRow {
  /** The uid in the log path of a static pod. */
  logUid: string
  /** A pod of the API with it. */
  uid: string
  /** Epoch ns as decimal text. */
  createdAt: string
  version: string
}

/** Rows: LogUidRow. */
export const logUidAliases = (tenant: string, logUids: readonly string[]): Fragment =>
  statement(
    'log-uid-aliases',
    sql`SELECT alias AS logUid, uid, toString(min(pod_aliases.created_at)) AS createdAt,
      toString(max(pod_aliases.version)) AS version 
  ${fromTable(tenant, 'pod_aliases')} AND kind = 'log-uid' AND alias IN ${strs(logUids)} GROUP BY alias, uid`,
  )

export interface ContainerIdRow {
  /** Without scheme. */
  containerId: string
  uid: string
  container: string
  restart: number
  version: string
}

/** Rows: ContainerIdRow. */
export const containerIdAliases = (tenant: string, containerIds: readonly string[]): Fragment =>
  statement(
    'container-id-aliases',
    sql`SELECT alias AS containerId, uid, container, restart, toString(max(pod_aliases.version)) AS version 
  ${fromTable(tenant, 'pod_aliases')} AND kind = 'container-id' AND alias IN ${strs(containerIds)}
    GROUP BY alias, uid, container, restart`,
  )

export interface LinesRow extends LifeLinesRow {
  /** Hashes of its lives as pod_change_feed has them. */
  lifeHashes: string[]
  /** Distinct lines, estimated; as decimal text. */
  estimate: string
}

const lifeHash = raw(
  `groupUniqArray(toString(cityHash64(toString(container), restart, container_id))) AS lifeHashes, toString(uniqCombined64Merge(12)(sketch)) AS estimate`,
)
const columns = sql`cluster, namespace, pod, container, restart, ${bareContainerId} AS containerId, max(node) AS node,
  min(first_line) AS firstLine, max(last_line) AS lastLine,
  container AS sentContainer, restart AS sentRestart, max(lines_of_lives.fragments) AS fragments,
  groupUniqArrayArray(lines_of_lives.heads) AS heads, ${lifeHash}`

/** First and last line of every life, of lines that came with these uids. Rows: LinesRow. */
export const linesOfUids = (tenant: string, uids: readonly string[]): Fragment =>
  statement(
    'lines-of-uids',
    sql`SELECT pod_uid AS uid, 0 AS nameless, ${columns} ${fromTable(tenant, 'lines_of_lives')}
      AND pod_uid IN ${strs(uids)}
  GROUP BY pod_uid, cluster, namespace, pod, container, restart, containerId`,
  )

/** The same of lines that came without a uid, under names. Rows: LinesRow with uid ''. */
export const unattributedLines = (tenant: string, namespaces: readonly string[], pods: readonly string[]): Fragment =>
  statement(
    'unattributed-lines',
    sql`SELECT '' AS uid, 1 AS nameless, ${columns} ${fromTable(tenant, 'lines_of_lives')} AND pod_uid = ''
      AND namespace IN ${strs(namespaces)} AND pod IN ${strs(pods)}
  GROUP BY cluster, namespace, pod, container, restart, containerId`,
  )

// Pure: windows of the last words, which are the lines around every bad death, and statements that copy these lines
// before their partition is dropped. The copies are lines of `logs` in a class of their own, so every reader gets them;
// while both copies of a line exist they are one line, since they have one identity (decision 0011).
import { bind, join, sql, statement, str, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable, fromEveryTenant } from '#shared/clickhouse/tenant-scope.ts'
import { isBad } from '#shared/lifecycle/bad-outcome.ts'
import { lastWordsClass, type LastWords } from '#shared/retention/retention.ts'
import type { PodFacts, RenderedPod } from '#shared/pod-model/pod.ts'
import { isLine } from '#shared/lines/absorbed-lines.ts'
import { bareContainerId } from '#shared/lines/bare-container-id.ts'
import { timesOf } from '#shared/lines/line-filter.ts'
import { parseTime } from '#shared/time/parse-time.ts'

/** Lines of one container in [from, to) of epoch ns; names and uid are those that the lines were sent with. */
export interface WordsWindow {
  tenant: string
  namespace: string
  pod: string
  podUid: string
  container: string
  from: bigint
  to: bigint
}

const msNs = 1_000_000n

/** Windows around the begin and end of every life that ended badly. Windows that meet are joined into one. */
export function wordsWindows(tenant: string, facts: PodFacts, { pod }: RenderedPod, words: LastWords): WordsWindow[] {
  const windows = pod.containers.flatMap(({ name, lives }) => {
    const spans = lives.flatMap((life) => {
      if (!isBad(life.outcome) || life.firstLine === null || life.lastLine === null) return []
      const begun = ordered(life.firstLine, life.startedAt)
      const ended = ordered(life.lastLine, life.finishedAt)
      return [
        { from: begun.first, to: begun.last + BigInt(words.firstMs) * msNs },
        { from: ended.first - BigInt(words.lastMs) * msNs, to: ended.last + 1n },
      ]
    })
    const rows = facts.lines.filter(({ container }) => container === name)
    const distinct = new Map(rows.map((row) => [JSON.stringify(sentNames(row)), sentNames(row)]))
    return [...distinct.values()].flatMap((names) => joined(spans).map((span) => ({ tenant, ...names, ...span })))
  })
  return windows
}

// Lines that were sent without a uid are copied by their names, with those of another pod of the name in these minutes.
const sentNames = (line: PodFacts['lines'][number]) => ({
  namespace: line.namespace,
  pod: line.pod,
  podUid: line.nameless === 1 ? '' : line.uid,
  container: line.sentContainer,
})

function ordered(line: string, reported: string | null): { first: bigint; last: bigint } {
  const a = parseTime(line, 0n)!
  const b = reported === null ? a : (parseTime(reported, 0n) ?? a)
  return a < b ? { first: a, last: b } : { first: b, last: a }
}

function joined(spans: readonly { from: bigint; to: bigint }[]): { from: bigint; to: bigint }[] {
  const result: { from: bigint; to: bigint }[] = []
  for (const span of spans.toSorted((a, b) => (a.from < b.from ? -1 : 1))) {
    const last = result.at(-1)
    if (last === undefined || span.from > last.to) result.push({ ...span })
    else if (span.to > last.to) last.to = span.to
  }
  return result
}

const inPartition = (id: string): Fragment => sql`_partition_id = ${str(id)}`
const time = (ns: bigint): Fragment => sql`fromUnixTimestamp64Nano(${bind('Int64', String(ns))}, 'UTC')`

/**
 * Copies the lines of a partition that lie in these windows of one tenant to the class of last words. A copy that is
 * repeated changes nothing.
 */
export function copyWords(partition: string, windows: readonly WordsWindow[]): Fragment {
  const unique = (values: string[]) => strs([...new Set(values)])
  const first = windows.reduce((least, { from }) => (from < least ? from : least), windows[0]!.from)
  const last = windows.reduce((most, { to }) => (to > most ? to : most), windows[0]!.to)
  const one = ({ pod, podUid, container, from, to }: WordsWindow) =>
    sql`(pod = ${str(pod)} AND pod_uid = ${str(podUid)} AND container = ${str(container)}
        AND ts >= ${time(from)} AND ts < ${time(to)})`
  return statement(
    'last-words-copy',
    sql`INSERT INTO logs SELECT * REPLACE (${str(lastWordsClass)} AS class)
    ${fromTable(windows[0]!.tenant, 'logs')} AND ${inPartition(partition)}
      AND toStartOfHour(ts) >= toStartOfHour(${time(first)}) AND toStartOfHour(ts) <= toStartOfHour(${time(last)})
      AND namespace IN ${unique(windows.map(({ namespace }) => namespace))}
      AND pod IN ${unique(windows.map(({ pod }) => pod))}
      AND (${join(windows.map(one), ' OR ')})
      AND ${isLine(windows[0]!.tenant, timesOf({ from: first, to: last }))}`,
  )
}

/** Pods of a partition's lines, by the uids of the lines or the pods of their container ids. Rows: { tenant, uid }. */
export const podsOfPartition = (id: string): Fragment =>
  statement(
    'partition-pods',
    sql`SELECT DISTINCT tenant, uid FROM (
  SELECT DISTINCT tenant, pod_uid AS uid ${fromEveryTenant('logs')} AND ${inPartition(id)} AND pod_uid != ''
  UNION ALL
  SELECT tenant, pod_uid AS uid ${fromEveryTenant('lives')} AND container_id != '' AND (tenant, container_id) IN (
    SELECT DISTINCT tenant, ${bareContainerId} ${fromEveryTenant('logs')} AND ${inPartition(id)}
      AND pod != '' AND pod_uid = '' AND container_id != '')
) ORDER BY tenant, uid`,
  )

/** No insert is left out as a copy of an earlier one (decision 0001). */
export const copySettings = { deduplicate_insert_select: 'disable', max_partitions_per_insert_block: 0 } as const

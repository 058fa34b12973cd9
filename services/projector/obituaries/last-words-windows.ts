// Pure: which lines are kept longer than the rest, namely those around every bad death, and the statements that copy them before a
// partition ends. Last words stay in `logs` as lines of a class of their own, so that every reader
// finds them where they always were; while both copies exist they are one line, since their identity is one.
import { bind, join, sql, statement, str, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import { fromTable, fromEveryTenant } from '#shared/clickhouse/tenant-scope.ts'
import type { Outcome } from '#shared/lifecycle/evidence.ts'
import { lastWordsClass, type LastWords } from '#shared/retention/retention.ts'
import type { PodFacts, RenderedPod } from '#shared/pod-model/pod.ts'
import { bareContainerId } from '#shared/lines/bare-container-id.ts'
import { parseTime } from '#shared/time/parse-time.ts'

/** Lines of one container, as they carry its names, in [from, to) of epoch ns. */
export interface WordsWindow {
  tenant: string
  namespace: string
  pod: string
  podUid: string
  container: string
  from: bigint
  to: bigint
}

export const isBad = (outcome: Outcome): boolean =>
  outcome === 'crashed' || outcome === 'oomkilled' || outcome === 'evicted' || outcome === 'node-lost'

const msNs = 1_000_000n

/** Windows of every life that ended badly, those that meet joined into one. */
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
    const names = facts.lines.filter(({ container }) => container === name)
    const distinct = new Map(names.map((line) => [JSON.stringify(carried(line)), carried(line)]))
    return [...distinct.values()].flatMap((line) => joined(spans).map((span) => ({ tenant, ...line, ...span })))
  })
  return windows
}

// What its lines carry: without a uid, names have to do, and keep a namesake's lines of these minutes as well.
const carried = (line: PodFacts['lines'][number]) => ({
  namespace: line.namespace,
  pod: line.pod,
  podUid: line.nameless === 1 ? '' : line.uid,
  container: line.sentContainer,
})

function ordered(line: string, told: string | null): { first: bigint; last: bigint } {
  const a = parseTime(line, 0n)!
  const b = told === null ? a : (parseTime(told, 0n) ?? a)
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

/** Copies the lines of one partition that stand in these windows, all of one tenant, into the class of last words. Twice is once. */
export function copyWords(partition: string, windows: readonly WordsWindow[]): Fragment {
  const unique = (values: string[]) => strs([...new Set(values)])
  const first = windows.reduce((least, { from }) => (from < least ? from : least), windows[0]!.from)
  const last = windows.reduce((most, { to }) => (to > most ? to : most), windows[0]!.to)
  const one = ({ pod, podUid, container, from, to }: WordsWindow) =>
    sql`(pod = ${str(pod)} AND pod_uid = ${str(podUid)} AND container = ${str(container)} AND ts >= ${time(from)} AND ts < ${time(to)})`
  return statement(
    'last-words-copy',
    sql`INSERT INTO logs SELECT * REPLACE (${str(lastWordsClass)} AS class)
    ${fromTable(windows[0]!.tenant, 'logs')} AND ${inPartition(partition)}
      AND toStartOfHour(ts) >= toStartOfHour(${time(first)}) AND toStartOfHour(ts) <= toStartOfHour(${time(last)})
      AND namespace IN ${unique(windows.map(({ namespace }) => namespace))} AND pod IN ${unique(windows.map(({ pod }) => pod))}
      AND (${join(windows.map(one), ' OR ')})`,
  )
}

/** Whose lines a partition holds, by the uids that lines carry or that their container ids lead to. Rows: { tenant, uid }. */
export const podsOfPartition = (id: string): Fragment =>
  statement(
    'partition-pods',
    sql`SELECT DISTINCT tenant, uid FROM (
  SELECT DISTINCT tenant, pod_uid AS uid ${fromEveryTenant('logs')} AND ${inPartition(id)} AND pod_uid != ''
  UNION ALL
  SELECT tenant, pod_uid AS uid ${fromEveryTenant('lives')} AND container_id != '' AND (tenant, container_id) IN (
    SELECT DISTINCT tenant, ${bareContainerId} ${fromEveryTenant('logs')} AND ${inPartition(id)} AND pod != '' AND pod_uid = '' AND container_id != '')
) ORDER BY tenant, uid`,
  )

/** Keeps what every insert relies on: nothing is taken for a copy of what is there (decision 0001). */
export const copySettings = { deduplicate_insert_select: 'disable', max_partitions_per_insert_block: 0 } as const

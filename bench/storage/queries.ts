// The reads that readers make, as SQL for one variant over one corpus.
import type { Corpus } from './corpus.ts'
import type { Variant } from './variants.ts'

export interface MeasuredQuery {
  name: string
  sql: string
}

const readColumns =
  'ts, cluster, namespace, pod, pod_uid, container, restart, node, stream, severity, message, offset, container_id, unit, partial, trace_id, labels, attributes'

export function queries(corpus: Corpus, variant: Variant): MeasuredQuery[] {
  const { pod } = corpus
  const tenant = "tenant = 'default'"
  const named = `${tenant} AND namespace = '${pod.namespace}' AND pod = '${pod.pod}' AND pod_uid = '${pod.uid}'`
  const life = `${named} AND container = '${pod.container}' AND restart = ${pod.restart}`
  const lastHour = `ts >= fromUnixTimestamp64Nano(${corpus.to} - 3600000000000)`
  const newest = (where: string, n: number): string =>
    `SELECT ${readColumns} FROM logs WHERE ${where} AND ts >= (SELECT min(ts) FROM (SELECT ts FROM logs WHERE ${where} ORDER BY ts DESC LIMIT 1 BY ts, identity LIMIT ${n})) ` +
    `ORDER BY ts DESC, restart DESC, file DESC, offset DESC, ordinal DESC, identity DESC LIMIT 1 BY ts, identity LIMIT ${n}`
  const word = variant.word('timeout')
  return [
    { name: 'newest 1000 of a pod', sql: newest(named, 1000) },
    { name: 'newest 1000 of a pod, last hour', sql: newest(`${named} AND ${lastHour}`, 1000) },
    {
      name: 'a life in full',
      sql: `SELECT ${readColumns} FROM logs WHERE ${life} ORDER BY ts, restart, file, offset, ordinal, identity LIMIT 1 BY ts, identity`,
    },
    {
      name: 'trace id',
      sql: `SELECT ${readColumns} FROM logs WHERE ${tenant} AND ${variant.token(corpus.traceId)} ORDER BY ts, identity LIMIT 1 BY ts, identity`,
    },
    {
      name: 'word by namespace',
      sql: `SELECT namespace, uniqExact(ts, identity) FROM logs WHERE ${tenant} AND ${word} GROUP BY namespace`,
    },
    {
      name: 'word per 5 min',
      sql: `SELECT toStartOfInterval(ts, INTERVAL 5 MINUTE) AS t, severity, uniqExact(ts, identity) FROM logs WHERE ${tenant} AND ${word} GROUP BY t, severity`,
    },
    { name: 'rare word', sql: `SELECT count() FROM logs WHERE ${tenant} AND ${variant.word('nullpointerexception')}` },
    {
      name: 'regex',
      sql: `SELECT uniqExact(ts, identity) FROM logs WHERE ${tenant} AND match(message, 'order \\\\d+7 failed|took 4[0-9]{3} ms')`,
    },
    { name: 'newest 100 of all', sql: newest(tenant, 100) },
    { name: 'newest 100 of all, last hour', sql: newest(`${tenant} AND ${lastHour}`, 100) },
    { name: 'newest 100 with a word', sql: newest(`${tenant} AND ${word}`, 100) },
    { name: 'pod_uid alone', sql: `SELECT count(), max(ts) FROM logs WHERE ${tenant} AND pod_uid = '${pod.uid}'` },
    {
      name: 'container_id alone',
      sql: `SELECT count(), max(ts) FROM logs WHERE ${tenant} AND container_id = '${pod.containerId}'`,
    },
    { name: 'count all', sql: `SELECT uniqExact(ts, identity) FROM logs WHERE ${tenant}` },
  ]
}

/** Ways to count distinct lines: they must agree. */
export function countings(variant: Variant): MeasuredQuery[] {
  const scopes: [string, string][] = [
    ['all', "tenant = 'default'"],
    ['word', `tenant = 'default' AND ${variant.word('timeout')}`],
  ]
  return scopes.flatMap(([scope, where]) => [
    { name: `${scope}: plain count()`, sql: `SELECT count() FROM logs WHERE ${where}` },
    { name: `${scope}: FINAL`, sql: `SELECT count() FROM logs FINAL WHERE ${where}` },
    {
      name: `${scope}: FINAL, partitions apart`,
      sql: `SELECT count() FROM logs FINAL WHERE ${where} SETTINGS do_not_merge_across_partitions_select_final = 1`,
    },
    { name: `${scope}: uniqExact(ts, identity)`, sql: `SELECT uniqExact(ts, identity) FROM logs WHERE ${where}` },
    { name: `${scope}: uniqExact(identity)`, sql: `SELECT uniqExact(identity) FROM logs WHERE ${where}` },
    {
      name: `${scope}: LIMIT 1 BY`,
      sql: `SELECT count() FROM (SELECT ts, identity FROM logs WHERE ${where} LIMIT 1 BY ts, identity)`,
    },
    { name: `${scope}: GROUP BY`, sql: `SELECT count() FROM (SELECT 1 FROM logs WHERE ${where} GROUP BY ts, identity)` },
    {
      name: `${scope}: per 5 min, uniqExact(ts, identity)`,
      sql: `SELECT toStartOfInterval(ts, INTERVAL 5 MINUTE) AS t, uniqExact(ts, identity) FROM logs WHERE ${where} GROUP BY t`,
    },
    {
      name: `${scope}: per 5 min, GROUP BY`,
      sql: `SELECT toStartOfInterval(ts, INTERVAL 5 MINUTE) AS t, count() FROM (SELECT ts FROM logs WHERE ${where} GROUP BY ts, identity) GROUP BY t`,
    },
  ])
}

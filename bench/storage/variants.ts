// Layouts of `logs` to measure: one baseline and single changes of it. `shipped` is what the migration says.
import { readFileSync } from 'node:fs'
import type { InsertSettings } from './insert-block.ts'

export interface Variant {
  name: string
  /** Statements that make the table (and views). */
  ddl: readonly string[]
  insertSettings?: InsertSettings
  /** Condition for a whole word without digits, and for any other token; both in lower case. */
  word(word: string): string
  token(token: string): string
  /** Only insert, merge and bytes are of interest. */
  brief?: boolean
}

type Columns = Record<string, string>

const low = 'LowCardinality(String)'
const uidOrPod = "if(pod_uid != '', pod_uid, concat(namespace, '/', pod, '/', if(pod = '', concat(node, '/', unit), '')))"
const draftIdentity =
  `cityHash64(tenant, cluster, ${uidOrPod}, container, if(restart >= 0, toString(restart), container_id), stream, message, ` +
  'offset >= 0, if(offset >= 0, toUInt64(offset), ordinal))'
const flatIdentity = (hash: string): string =>
  `${hash}(tenant, cluster, pod_uid, if(pod_uid = '', namespace, ''), if(pod_uid = '', pod, ''), if(pod_uid = '' AND pod = '', node, ''), ` +
  "if(pod_uid = '' AND pod = '', unit, ''), container, " +
  "restart, if(restart < 0, container_id, ''), stream, message, offset, if(offset < 0, ordinal, 0))"

const baseColumns: Columns = {
  tenant: low,
  ts: "DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1))",
  cluster: low,
  namespace: low,
  pod: low,
  pod_uid: low,
  container: low,
  restart: 'Int32',
  container_id: low,
  node: low,
  unit: low,
  stream: low,
  partial: 'UInt8',
  severity: low,
  message: 'String CODEC(ZSTD(1))',
  trace_id: 'String',
  span_id: 'String',
  labels: 'Map(LowCardinality(String), String)',
  attributes: 'Map(LowCardinality(String), String)',
  offset: 'Int64 CODEC(Delta(8), ZSTD(1))',
  length: 'Int64 CODEC(ZSTD(1))',
  file: low,
  eof: 'UInt8',
  ordinal: 'UInt64',
  agent: low,
  received: "DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1))",
  class: low,
  identity: `UInt64 DEFAULT ${flatIdentity('cityHash64')}`,
}

interface Layout {
  columns?: Columns
  indexes?: readonly string[]
  orderBy?: string
  partitionBy?: string
  engine?: string
  settings?: string
}

const orderA = '(tenant, toStartOfHour(ts), namespace, pod, container, ts, identity)'

/** CREATE TABLE of the baseline with changes. */
function table(layout: Layout): string {
  const columns = { ...baseColumns, ...layout.columns }
  const lines = Object.entries(columns).map(([name, type]) => `  ${name} ${type}`)
  for (const index of layout.indexes ?? []) lines.push(`  INDEX ${index}`)
  const settings = layout.settings === undefined ? '' : ` SETTINGS ${layout.settings}`
  return (
    `CREATE TABLE logs (\n${lines.join(',\n')}\n) ENGINE = ${layout.engine ?? 'ReplacingMergeTree'} ` +
    `PARTITION BY ${layout.partitionBy ?? '(toYYYYMMDD(ts), class)'} ORDER BY ${layout.orderBy ?? orderA}${settings}`
  )
}

const lower = 'lower(message)'
const wordsSlow = "replaceRegexpAll(lower(message), '[0-9a-z]*[0-9][0-9a-z]*', ' ')"
const wordsOnly = "replaceRegexpAll(lower(message), '[a-z]*[0-9][0-9a-z]*', ' ')"
const plain = { word: (w: string) => `hasToken(${lower}, '${w}')`, token: (t: string) => `hasToken(${lower}, '${t}')` }
const wordIndexed = (expression: string) => ({ ...plain, word: (w: string) => `hasToken(${expression}, '${w}')` })
const bloom = (bytes: number, hashes = 3, granularity = 1): string =>
  `bloom ${lower} TYPE tokenbf_v1(${bytes}, ${hashes}, 0) GRANULARITY ${granularity}`
const words = (expression: string, options = ''): string =>
  `words ${expression} TYPE text(tokenizer = 'splitByNonAlpha'${options})`
const one = (name: string, layout: Layout, rest: Partial<Variant> = {}): Variant => ({
  name,
  ddl: [table(layout)],
  ...plain,
  ...rest,
})
const pair = [words(wordsOnly), bloom(65536)]
const text = (name: string, layout: Layout, rest: Partial<Variant> = {}): Variant =>
  one(name, layout, { ...wordIndexed(wordsOnly), ...rest })
const column = (name: string, type: string): Layout => ({ columns: { [name]: type } })
const lifeColumns = (type: string): Columns => ({ pod: type, pod_uid: type, container_id: type, file: type })
const identity = (expression: string): Layout => column('identity', `UInt64 DEFAULT ${expression}`)
const migration = (file: string): string[] =>
  readFileSync(new URL(`../../migrations/${file}`, import.meta.url), 'utf8')
    .split(/;\s*(?:\n|$)/)
    .filter((s) => s.replace(/^\s*--.*$/gm, '').trim() !== '')

export const variants: readonly Variant[] = [
  one('baseline', {}),
  one('order B: no hour', { orderBy: '(tenant, namespace, pod, container, ts, identity)' }),
  one('order C: hour, uid', { orderBy: '(tenant, toStartOfHour(ts), namespace, pod_uid, container, ts, identity)' }),
  one('order A, 15 min', {
    orderBy: '(tenant, toStartOfInterval(ts, INTERVAL 15 MINUTE), namespace, pod, container, ts, identity)',
  }),
  one('order A, day', { orderBy: '(tenant, toDate(ts), namespace, pod, container, ts, identity)' }),
  one('order: ts', { orderBy: '(tenant, ts, identity)' }),
  one(
    'plain MergeTree, no identity',
    {
      engine: 'MergeTree',
      orderBy: '(tenant, toStartOfHour(ts), namespace, pod, container, ts)',
      columns: { identity: 'UInt64 DEFAULT 0' },
    },
    { brief: true },
  ),

  one('message ZSTD(3)', column('message', 'String CODEC(ZSTD(3))')),
  one('message LZ4', column('message', 'String CODEC(LZ4)')),
  one('ts ZSTD(1)', column('ts', "DateTime64(9, 'UTC') CODEC(ZSTD(1))"), { brief: true }),
  one('ts DoubleDelta', column('ts', "DateTime64(9, 'UTC') CODEC(DoubleDelta, ZSTD(1))"), { brief: true }),
  one('ts T64', column('ts', "DateTime64(9, 'UTC') CODEC(T64, ZSTD(1))"), { brief: true }),
  one(
    'offset T64, length T64',
    { columns: { offset: 'Int64 CODEC(T64, ZSTD(1))', length: 'Int64 CODEC(T64, ZSTD(1))' } },
    { brief: true },
  ),
  one(
    'offset ZSTD, length Delta',
    { columns: { offset: 'Int64 CODEC(ZSTD(1))', length: 'Int64 CODEC(Delta(8), ZSTD(1))' } },
    { brief: true },
  ),
  one(
    'ids and small columns ZSTD(1)',
    {
      columns: {
        trace_id: 'String CODEC(ZSTD(1))',
        span_id: 'String CODEC(ZSTD(1))',
        ordinal: 'UInt64 CODEC(ZSTD(1))',
        labels: 'Map(LowCardinality(String), String) CODEC(ZSTD(1))',
        attributes: 'Map(LowCardinality(String), String) CODEC(ZSTD(1))',
        identity: `UInt64 DEFAULT ${flatIdentity('cityHash64')} CODEC(NONE)`,
      },
    },
    { brief: true },
  ),
  one('received ZSTD, no Delta', column('received', "DateTime64(3, 'UTC') CODEC(ZSTD(1))"), { brief: true }),
  one('life columns String', { columns: lifeColumns('String') }),
  one('life columns String ZSTD(1)', { columns: lifeColumns('String CODEC(ZSTD(1))') }),
  one('stream, severity Enum8', {
    columns: {
      stream: "Enum8('' = 0, 'stdout' = 1, 'stderr' = 2)",
      severity: "Enum8('' = 0, 'trace' = 1, 'debug' = 2, 'info' = 3, 'warn' = 4, 'error' = 5, 'fatal' = 6)",
    },
  }),
  one('labels as one String', { columns: { labels: 'Map(String, String)', attributes: 'Map(String, String)' } }, { brief: true }),

  one('identity: draft', identity(draftIdentity), { brief: true }),
  one('identity: constant', identity('toUInt64(offset)'), { brief: true }),
  one('identity: sipHash64', identity(flatIdentity('sipHash64')), { brief: true }),
  one('identity: xxHash64', identity(flatIdentity('xxHash64')), { brief: true }),
  one('identity: xxh3', identity(flatIdentity('xxh3')), { brief: true }),

  one('bloom 16 KB, 3 hashes', { indexes: [bloom(16384)] }),
  one('bloom 32 KB, 2 hashes', { indexes: [bloom(32768, 2)] }),
  one('bloom 64 KB, 3 hashes', { indexes: [bloom(65536)] }),
  one('bloom 128 KB, 4 hashes', { indexes: [bloom(131072, 4)] }, { brief: true }),
  text('words + bloom', { indexes: pair }),
  text('words alone', { indexes: [words(wordsOnly)] }, { brief: true }),
  one('words + bloom, slow expression', { indexes: [words(wordsSlow), bloom(65536)] }, wordIndexed(wordsSlow)),
  one('text of everything', { indexes: [words(lower)] }),
  text('words + bloom, no index on insert', { indexes: pair }, { insertSettings: { materialize_skip_indexes_on_insert: 0 } }),
  text(
    'words + bloom, words on merge only',
    { indexes: pair },
    { insertSettings: { exclude_materialize_skip_indexes_on_insert: 'words' } },
  ),
  text('words + bloom, index_granularity 2048', {
    indexes: [words(wordsOnly), bloom(16384, 3)],
    settings: 'index_granularity = 2048',
  }),
  text('words + bloom, compact parts', { indexes: pair, settings: 'min_bytes_for_wide_part = 1073741824' }),
  text(
    'words + bloom, merge blocks of 1 MB',
    { indexes: pair, settings: 'merge_max_block_size_bytes = 1048576' },
    { brief: true },
  ),
  text('words + bloom, horizontal merges', { indexes: pair, settings: 'enable_vertical_merge_algorithm = 0' }, { brief: true }),
  text('words + bloom + uid, container_id blooms', {
    indexes: [...pair, 'uid pod_uid TYPE bloom_filter GRANULARITY 1', 'cid container_id TYPE bloom_filter GRANULARITY 1'],
  }),
  one('optimize_on_insert = 1', {}, { insertSettings: { optimize_on_insert: 1 }, brief: true }),
  { name: 'shipped', ddl: migration('0001-logs.sql'), ...wordIndexed(wordsOnly) },
  { name: 'shipped, without life_lines', ddl: migration('0001-logs.sql').slice(0, 1), ...wordIndexed(wordsOnly), brief: true },
]

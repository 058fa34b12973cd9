// Four ways to break delivery, as textual patches of the sources, and the words that a test which notices must fail
// with.

export interface Breakage {
  name: string
  edits: readonly Edit[]
}

export interface Edit {
  file: string
  /** Must be found, once. */
  find: RegExp | string
  put: string
}

const oldLogs = 'migrations/0001-logs.sql'
const logs = 'migrations/0023-identity-and-order.sql'
const histogram = 'services/query/logs/histogram-statements.ts'

export const breakages: readonly Breakage[] = [
  {
    name: 'acknowledging before the insert',
    edits: [
      {
        file: 'services/ingest/service.ts',
        find: /await (writer\.accept\(tables\))\n/,
        put: 'void $1.catch(() => undefined)\n',
      },
    ],
  },
  {
    name: 'acknowledging before the insert, in the group writer',
    edits: [
      {
        file: 'services/ingest/buffer/group-writer.ts',
        find: 'group.parts.push({ rows, resolve, reject })',
        put: 'group.parts.push({ rows, resolve: () => {}, reject: () => {} })\n      resolve()',
      },
    ],
  },
  {
    name: 'identity without text',
    edits: [{ file: logs, find: '+ sipHash64Keyed({key:13}, message) ', put: '' }],
  },
  {
    name: 'identity without tenant',
    edits: [{ file: logs, find: 'sipHash64Keyed({key:1}, tenant) + ', put: '' }],
  },
  {
    name: 'identity and sorting key without tenant',
    edits: [
      { file: logs, find: 'sipHash64Keyed({key:1}, tenant) + ', put: '' },
      ...[oldLogs, logs].map((file) => ({ file, find: 'ORDER BY (tenant, toStartOfHour', put: 'ORDER BY (toStartOfHour' })),
    ],
  },
  {
    name: 'a count from a summing view',
    edits: [
      {
        file: logs,
        find: /$/,
        put: `
CREATE TABLE IF NOT EXISTS line_counts
(
    tenant LowCardinality(String), second DateTime64(9, 'UTC'), severity LowCardinality(String), lines UInt64
)
ENGINE = SummingMergeTree ORDER BY (tenant, second, severity);
CREATE MATERIALIZED VIEW IF NOT EXISTS line_counts_of_logs TO line_counts AS
SELECT tenant, toDateTime64(toStartOfSecond(ts), 9, 'UTC') AS second, severity, count() AS lines FROM logs GROUP BY tenant, second, severity;
`,
      },
      {
        file: histogram,
        find: /('line-histogram',\s+sql`)[^`]*`/,
        put: `$1
  SELECT toString(intDiv(toUnixTimestamp64Nano(second), \${int(stepNs)})) AS bucket, toString(severity) AS severity, toFloat64(sum(lines)) AS count
  FROM (SELECT second, severity, lines FROM line_counts WHERE tenant = \${str(filter.tenant)}) GROUP BY bucket, severity ORDER BY bucket\``,
      },
      { file: histogram, find: /import \{ int, /, put: 'import { str, int, ' },
    ],
  },
]

// What a query says reaches the engine as values alone.
import { expect, test } from 'vitest'
import { groupOf } from '#query/loki/logql/evaluate/line-groups.ts'
import { splitFilters } from '#query/loki/logql/selector/line-filter-sql.ts'
import { matcherOrPodsSql, matcherSql, podConditions } from '#query/loki/logql/selector/matcher-sql.ts'
import { parsedTests } from '#query/loki/logql/selector/parsed-label-sql.ts'
import { parseLogQL } from '#query/loki/logql/syntax/parse-logql.ts'
import { compile, raw, sql, type Fragment } from '#shared/clickhouse/sql.ts'

const logOf = (text: string) => {
  const expr = parseLogQL(text)
  if (expr.kind !== 'log') throw new Error('no lines')
  return expr
}

/** All conditions that a query of lines is made of. */
function fragmentsOf(text: string): Fragment[] {
  const { matchers, stages } = logOf(text)
  return [
    ...matchers.map((matcher) => matcherSql(matcher) ?? matcherOrPodsSql(matcher, raw('false'))),
    ...matchers.flatMap((matcher) => podConditions(matcher).map(({ value }) => value)),
    ...splitFilters(stages).conditions,
    ...parsedTests(stages).map(({ condition }) => condition),
    groupOf(new Set(matchers.map(({ name }) => name)), true).hash ?? raw(''),
  ]
}

const hostile = [
  "zzq' OR 1=1 --",
  'zzq\\',
  'zzq`',
  'zzq"); DROP TABLE logs',
  '{zzq:String}',
  'zzq\0',
  '$zzq',
  'zzq}',
  "zzq''",
  'ünzzq😀',
]

test.each(hostile)('nothing of %j is in the text of a statement', (value) => {
  const text = JSON.stringify(value)
  const names = ['namespace', 'pod', 'job', 'service_name', 'app', 'app_kubernetes_io_name', 'deployment', 'zzqname', 'zzq_name']
  for (const name of names)
    for (const op of ['=', '!=']) {
      const query = `{${name}${op}${text}, x="y"} |= ${text} != ${text} |> ${text} !> ${text} | json | level=${text} | level="zzq"`
      for (const fragment of fragmentsOf(query)) expect(compile(sql`${fragment}`).text).not.toMatch(/zzq/)
    }
  for (const op of ['=~', '!~']) {
    const quoted = JSON.stringify(
      value.replaceAll(/[^a-zA-Z0-9 ]/gu, (char) => (char === '\0' ? '.' : `\\${char}`)).replaceAll(/\\[^\x20-\x7e]/gu, '.'),
    )
    for (const fragment of fragmentsOf(`{namespace${op}${quoted}, app${op}${quoted}, x="y"} |~ ${quoted} !~ ${quoted}`))
      expect(compile(sql`${fragment}`).text).not.toMatch(/zzq/)
  }
})

test('filters behind a stage that changes the line are no conditions, and those before it are', () => {
  const { conditions, rest } = splitFilters(logOf('{a="b"} |= "x" | json |= "y" | line_format "z" |= "z"').stages)
  expect(conditions).toHaveLength(2)
  expect(rest.map(({ kind }) => kind)).toEqual(['json', 'line-format', 'line-filter'])
})

test('a test of a label is a condition only where a parser alone can have made the label', () => {
  const names = (stages: string) => parsedTests(logOf(`{a="b"} ${stages}`).stages).map(({ name }) => name)
  expect(names('| json | level="error" | status=~"a1|b2", x!="y"')).toEqual(['level', 'status'])
  expect(names('| level="error" | json')).toEqual([])
  expect(names('| json | level="error" or x="yz"')).toEqual([])
  expect(names('| json | pod="cart-1" | trace_id="ab" | a_b="cd" | level="" | level="a b" | level=~"e.*"')).toEqual([])
  expect(names('| json | label_format level=x | level="error"')).toEqual([])
})

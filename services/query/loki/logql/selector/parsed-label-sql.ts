// | json | level="error"
// A value that a parser takes from the line stands in the line, unless the line has escapes: so most lines need not be
// read at all. Only where the label can be nothing but a parsed one.
import { join, raw, sql, str, type Fragment } from '#shared/clickhouse/sql.ts'
import type { LabelTest, Matcher, Stage } from '../syntax/logql-expr.ts'
import { containsSql } from './line-filter-sql.ts'
import { labelSql } from './matcher-sql.ts'
import { isMetadataColumn } from '../streams/stream-labels.ts'

export interface ParsedTest {
  name: string
  /** True for every line that passes the test. */
  condition: Fragment
}

/** Tests behind a parser that every line of the answer passes. */
export function parsedTests(stages: readonly Stage[]): ParsedTest[] {
  const tests: ParsedTest[] = []
  let isParsed = false
  for (const stage of stages) {
    switch (stage.kind) {
      case 'json':
      case 'logfmt':
      case 'pattern':
      case 'regexp':
        isParsed = true
        break
      case 'label-filter':
        if (isParsed) tests.push(...testsOf(stage.test))
        break
      case 'line-filter':
        break
      case 'unpack':
      case 'line-format':
      case 'label-format':
      case 'decolorize':
      case 'drop':
      case 'keep':
        return tests
    }
  }
  return tests
}

function testsOf(test: LabelTest): ParsedTest[] {
  if (test.kind === 'and') return [...testsOf(test.left), ...testsOf(test.right)]
  const words = test.kind === 'string' ? wordsOf(test.matcher) : []
  return test.kind === 'string' && words.length > 0 ? [parsedTest(test.matcher.name, words)] : []
}

/** Values that the matcher allows; none where they are not plain. A name with `_` may be made of several keys. */
function wordsOf({ name, op, value }: Matcher): string[] {
  if (name.includes('_') || labelSql(name) !== undefined || isMetadataColumn(name)) return []
  const words = op === '=' ? [value] : op === '=~' ? value.split('|') : []
  return words.length <= wordsMax && words.every((word) => plain.test(word)) ? words : []
}
const wordsMax = 20
const plain = /^[A-Za-z0-9-]{2,100}$/

function parsedTest(name: string, words: readonly string[]): ParsedTest {
  const inLine = words.map(containsSql)
  const elsewhere = sql`mapContains(labels, ${str(name)}) OR mapContains(attributes, ${str(name)})`
  const escaped = raw(String.raw`position(message, '\\') > 0`)
  return { name, condition: sql`(${join([...inLine, escaped, elsewhere], ' OR ')})` }
}

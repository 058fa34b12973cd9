// What a hostile query may take for one line.
import { describe, expect, test } from 'vitest'
import { LineLabels } from '#query/loki/logql/pipeline/line-labels.ts'
import { pipeline } from '#query/loki/logql/pipeline/make-stages.ts'
import { parseLogQL } from '#query/loki/logql/syntax/parse-logql.ts'

const megabyte = 'a'.repeat(1_000_000)

function run(stages: string, line: string): { passes: boolean; begin: string; error: string; cpuMs: number } {
  const expr = parseLogQL(`{a="b"} ${stages}`)
  if (expr.kind !== 'log') throw new Error('no lines')
  const labels = new LineLabels(new Map([['a', 'b']]), [])
  const began = process.cpuUsage()
  const passed = pipeline(expr.stages, 0n)(line, labels, 0n)
  const { user, system } = process.cpuUsage(began)
  return { passes: passed !== undefined, begin: (passed ?? '').slice(0, 120), error: labels.error, cpuMs: (user + system) / 1000 }
}

const times = (text: string, count: number): string => Array.from({ length: count }, () => text).join(' ')

describe('a line takes a bounded time', () => {
  test.each<[string, string, string]>([
    ['an expression of many states', '| regexp `(?P<x>(a{1,99}){1,4}b)`', megabyte],
    ['a line filter behind a stage', '| decolorize |~ `a.{400}c`', megabyte.replaceAll('aaa', 'aba')],
    ['addresses', `| decolorize ${times('!= ip("1.1.1.1")', 150)}`, '1:'.repeat(500_000)],
    ['filters of labels', `| label_format x="{{__line__}}" | ${times('x=~`.*a.{400}c` or', 20)} x=~"y"`, megabyte],
    ['many parsers', times('| json | logfmt', 200), `{"a":"${megabyte}"}`],
    ['many formats', times('| label_format x="{{range 90000}}{{end}}"', 300), 'short'],
    ['expressions in templates', `| line_format \`${times('{{regexReplaceAll "a{0,400}b" __line__ "x"}}', 9)}\``, megabyte],
    ['expressions in loops', '| line_format `{{range 90000}}{{count "a{0,400}b" $.t}}{{end}}`', 'short'],
    ['loops in loops', '| line_format `{{range 90000}}{{range 90000}}{{break}}{{end}}{{end}}`', 'short'],
    ['long texts in loops', '| line_format `{{range 90000}}{{$x := upper __line__}}{{end}}`', `${megabyte}ä`],
    [
      'lists in loops',
      '| line_format `{{$j := fromJson __line__}}{{range 90000}}{{range $j}}{{break}}{{end}}{{end}}`',
      `[${'1,'.repeat(50_000)}1]`,
    ],
    ['single bytes', '| line_format `{{range 90000}}{{$x := index __line__ 0}}{{end}}`', megabyte],
    ['many replacements', '| line_format `{{ Replace __line__ "a" "b" 1000000 }}`', megabyte],
    ['growing numbers', '| line_format `{{$x := 9}}{{range 40}}{{$x = mul $x $x}}{{end}}{{$x}}`', 'short'],
    ['many variables', `| line_format \`${times('{{$a := 1}}', 9000)}{{range 50000}}{{$b := 1}}{{end}}\``, 'short'],
  ])('%s', (_, stages, line) => {
    expect(run(stages, line).cpuMs).toBeLessThan(4000)
  })

  test('what is left out is an error of the line, which a filter skips', () => {
    const hostile = '| regexp `(?P<x>(a{1,99}){1,4}b)`'
    expect(run(hostile, megabyte)).toMatchObject({ passes: true, error: 'LineTooLargeErr' })
    expect(run(`${hostile} | __error__=""`, megabyte).passes).toBe(false)
    expect(run(hostile, 'aab')).toMatchObject({ begin: 'aab', error: '' })
  })

  test('plain stages over a line of 1 MiB are no error', () => {
    const stages = '| json | line_format `{{ .msg | trim | upper | replace "A" "b" | trunc 100 }}` |~ `b+` | msg=~`a+`'
    expect(run(stages, JSON.stringify({ msg: megabyte }))).toMatchObject({ begin: 'b'.repeat(100), error: '' })
    const parts = '| regexp `^(?P<first>\\S+) (?P<rest>.*)$` | first="x"'
    expect(run(parts, `x ${megabyte}`)).toMatchObject({ passes: true, error: '' })
  })
})

describe('a template that fails is an error of the line', () => {
  test.each([
    '{{ printf "%c" 99999999999 }}',
    '{{ printf "%.500g" 1.5 }}',
    '{{ urlencode (fromJson __line__) }}',
    '{{ urlquery (fromJson __line__) }}',
    '{{ replace "a" (repeat 1000000 "x") "aaaa" }}',
    '{{ regexReplaceAll "a" "aaaa" (repeat 1000000 "x") }}',
  ])('%s', (template) => {
    expect(run(`| line_format \`${template}\``, String.raw`"\ud800"`)).toMatchObject({ error: 'TemplateFormatErr' })
  })
})

test('whole numbers of templates have 64 bits', () => {
  const made = (template: string) => run(`| line_format \`${template}\``, 'x').begin
  expect(made('{{ mul 9223372036854775807 2 }} {{ add 9223372036854775807 1 }} {{ sub 1 2 }}')).toBe('-2 -9223372036854775808 -1')
  expect(made('{{ int "9223372036854775807" }} {{ int "9223372036854775808" }}')).toBe('9223372036854775807 0')
  expect(() => made('{{ 9223372036854775808 }}')).toThrow('overflow')
})

// Stages of pipelines, one line each: what Loki's documentation says of them.
import { describe, expect, test } from 'vitest'
import { LineLabels } from '#query/loki/logql/pipeline/line-labels.ts'
import { pipeline } from '#query/loki/logql/pipeline/make-stages.ts'
import { parseLogQL } from '#query/loki/logql/syntax/parse-logql.ts'

const base = { app: 'cart', pod: 'cart-1' }
const tsNs = 1_767_225_600_123_456_789n
const nowNs = 1_767_229_200_000_000_000n

/** The line and the labels that the stages made; undefined where the line does not pass. */
function run(stages: string, line: string, labels: Record<string, string> = base, metadata: Record<string, string> = {}) {
  const expr = parseLogQL(`{a="b"} ${stages}`)
  if (expr.kind !== 'log') throw new Error('no lines')
  const own = new LineLabels(new Map(Object.entries(labels)), Object.entries(metadata))
  const passed = pipeline(expr.stages, nowNs)(line, own, tsNs)
  if (passed === undefined) return undefined
  const made = Object.fromEntries(own.entries())
  for (const [name, value] of Object.entries(labels)) if (made[name] === value) delete made[name]
  return { line: passed, labels: made }
}

describe('parsers make labels of a line', () => {
  test.each<[string, string, Record<string, string>]>([
    [
      '| json',
      '{"a":"x","n":1.50,"big":12345678901234567890,"t":true,"z":null,"l":[1]}',
      { a: 'x', n: '1.50', big: '12345678901234567890', t: 'true' },
    ],
    [
      '| json',
      '{"user":{"name":"é","id":{"x-y":1}},"1st":"a","ü b":"c"}',
      { user_name: 'é', user_id_x_y: '1', _1st: 'a', __b: 'c' },
    ],
    ['| json', '{"app":"other","a":"1","a":"2"}', { app_extracted: 'other', a: '1' }],
    ['| json', '{"a":"\\u0041\\n\\ud83d\\ude00"}', { a: 'A\n😀' }],
    ['| json', '{"__proto__":"x","constructor":"y"}', { ['__proto__']: 'x', constructor: 'y' }],
    ['| json', '{"__error__":"x","__error_details__":"y"}', { __error___extracted: 'x', __error_details___extracted: 'y' }],
    ['| logfmt', '__error__=x', { __error___extracted: 'x' }],
    ['| json', '{"a":1,"b":', { a: '1', __error__: 'JSONParserErr', __error_details__: expect.any(String) as string }],
    ['| json', 'no json', { __error__: 'JSONParserErr', __error_details__: expect.any(String) as string }],
    [
      '| json x="user.tags[1]", y="user", z="none", w="[\\"a b\\"]"',
      '{"user":{"tags":["p","q"]},"a b":3}',
      { x: 'q', y: '{"tags":["p","q"]}', z: '', w: '3' },
    ],
    ['| json x="user.name", y="user.tags[0]", z="late"', '{"user":{"name":"bob","tags":["p",', { x: 'bob', y: 'p', z: '' }],
    [
      '| json x="user", y="a"',
      '{"a":1,"user":{"name":"o',
      { x: '', y: '1', __error__: 'JSONParserErr', __error_details__: expect.any(String) as string },
    ],
    ['| logfmt | logfmt x="a", b', 'a=1 b=2', { a: '1', b: '2', x: '' }],
    [
      '| logfmt | took > 1s',
      'took=30',
      { took: '30', __error__: 'LabelFilterErr', __error_details__: expect.any(String) as string },
    ],
    [
      '| logfmt | size != 1B',
      'size=18446744073709551616',
      { size: '18446744073709551616', __error__: 'LabelFilterErr', __error_details__: expect.any(String) as string },
    ],
    ['| logfmt', 'a=1 b="x \\"y\\"" c= d =e f=g"h i=j', { a: '1', b: 'x "y"', i: 'j' }],
    ['| logfmt --keep-empty', 'a=1 c= d', { a: '1', c: '', d: '' }],
    [
      '| logfmt --strict',
      'a=1 =2 b=3',
      { a: '1', __error__: 'LogfmtParserErr', __error_details__: expect.stringContaining('pos 5') as string },
    ],
    ['| logfmt x="a", y="none"', 'a=1 b=2', { x: '1', y: '' }],
    ['| regexp "(?P<m>\\\\w+) (?P<p>\\\\S+)( x)?"', 'GET /a', { m: 'GET', p: '/a' }],
    ['| regexp "(?P<m>\\\\d+)"', 'none', {}],
    ['| pattern "<ip> - <_> [<t>] <rest>"', '10.0.0.1 - u [now] a b', { ip: '10.0.0.1', t: 'now', rest: 'a b' }],
    ['| pattern "<a>, <b>"', 'x; y', { a: 'x; y' }],
    ['| unpack', '{"_entry":"the line","x":"1","n":2}', { x: '1' }],
  ])('%s of %s', (stages, line, labels) => {
    const result = run(stages, line)
    expect({ ...result?.labels }).toEqual(labels)
    expect(result?.line).toBe(stages === '| unpack' ? 'the line' : line)
  })

  test('structured metadata is a label that parsed ones stand beside', () => {
    expect(run('| json', '{"trace_id":"b","app":"c"}', base, { trace_id: 'a', pod: 'p' })?.labels).toEqual({
      trace_id: 'a',
      trace_id_extracted: 'b',
      app_extracted: 'c',
      pod_extracted: 'p',
    })
  })
})

describe('filters let lines through', () => {
  test.each<[string, string, boolean]>([
    ['| logfmt | a="1"', 'a=1', true],
    ['| logfmt | a!="1"', 'b=1', true],
    ['| logfmt | a=~"1|2"', 'a=12', false],
    ['| logfmt | a > 1', 'a=1.5', true],
    ['| logfmt | a > 1', 'b=2', false],
    ['| logfmt | a >= 1s500ms', 'a=1.5s', true],
    ['| logfmt | a < 1m', 'a=90s', false],
    ['| logfmt | a == 2KB', 'a=2000B', true],
    ['| logfmt | a <= 2KiB', 'a=2049', false],
    ['| logfmt | a = ip("10.0.0.0/8")', 'a=10.9.8.7', true],
    ['| logfmt | a != ip("2001:db8::/32")', 'a=2001:db8::1', false],
    ['| logfmt | a="1" or b="2" and c="3"', 'b=2 c=3', true],
    ['| logfmt | a="1", b="2"', 'a=1', false],
    ['| logfmt | __error__=""', 'a=1', true],
    ['| json | __error__=""', 'a=1', false],
    ['| logfmt | __error__="" | took > 1s', 'took=30', false],
    ['| json | __error__="" | took > 1s', '{"took":"soon"}', false],
    ['| line_format "{{.app}}" |= "cart"', 'x', true],
    ['| line_format "{{.app}}" !~ "^c.rt$"', 'x', false],
    ['| line_format "{{.app}} b" |> "<_> b"', 'x', true],
  ])('%s of %s: %s', (stages, line, passes) => {
    expect(run(stages, line) !== undefined).toBe(passes)
  })

  test('and a value that cannot be compared is an error of a line that passes', () => {
    expect(run('| logfmt | a > 1s', 'a=x')?.labels).toMatchObject({ a: 'x', __error__: 'LabelFilterErr' })
  })
})

describe('formats', () => {
  test.each<[string, string]>([
    ['{{.app}}-{{.none}}', 'cart-'],
    ['{{ __line__ | upper }}', 'A LINE'],
    ['{{ __timestamp__ | date "2006-01-02T15:04:05.000000000Z07:00 Mon Jan" }}', '2026-01-01T00:00:00.123456789Z Thu Jan'],
    ['{{ now | unixEpoch }}', '1767229200'],
    ['{{ if eq .app "cart" }}yes{{ else if .x }}maybe{{ else }}no{{ end }}', 'yes'],
    ['{{ range $i, $c := fromJson "[1,2.5]" }}{{ $i }}={{ $c }} {{ end }}', '0=1 1=2.5 '],
    ['{{ with .none }}a{{ else }}b{{ end }}', 'b'],
    ['{{- " x " | trim -}} y', 'xy'],
    ['{{/* c */}}{{ $a := .app }}{{ $a | replace "c" "k" | title }}', 'Kart'],
    ['{{ and .app (not .none) }} {{ or .none "z" }}', 'true z'],
    ['{{ printf "%-5s|%05.1f|%q|%d|%x" .app 2.25 "a" 7 255 }}', 'cart |002.2|"a"|7|ff'],
    [
      '{{ add 1 "2" }} {{ div 7 2 }} {{ mod 7 3 }} {{ addf 0.1 0.2 }} {{ divf 1 3 }} {{ mulf 1e6 3 }}',
      '3 3 1 0.3 0.3333333333333333 3e+06',
    ],
    ['{{ round 2.345 2 }} {{ floor 2.7 }} {{ max 1 3 2 }} {{ minf 1.5 0.5 }}', '2.35 2 3 0.5'],
    ['{{ trunc 2 .app }}{{ substr 1 3 .app }}{{ alignLeft 6 .app }}|{{ alignRight 6 .app }}', 'caarcart  |  cart'],
    ['{{ trunc 2 "größe" }}{{ trunc -1 "支払い" }}|{{ substr 1 9 "größe" }}|{{ substr -1 2 "支払い" }}', 'grい|röße|支払'],
    ['{{ substr 9 -1 .app }}|{{ substr 3 1 .app }}|{{ substr -1 -1 .app }}|{{ trunc -9 .app }}', '|||cart'],
    ['{{ regexReplaceAll "(c)(a)" .app "${2}$1" }} {{ count "a|r" .app }}', 'acrt 2'],
    ['{{ .app | b64enc | b64dec | urlencode }} {{ urldecode "a+b%21" }}', 'cart a b!'],
    ['{{ upper "straße é" }} {{ lower "ÀİΣ" }} {{ title "élan ß" }}', 'STRAßE É àiσ Élan ß'],
    ['{{ bytes "2 KB" }} {{ duration_seconds "1m30s" }}', '2000 90'],
    ['{{ index (fromJson "{\\"a\\":{\\"b\\":[1,2]}}") "a" "b" 1 }} {{ len .app }}', '2 4'],
    ['{{ "2026-02-03" | toDate "2006-01-02" | date "02.01.06" }} {{ unixToTime "1767225600" | date "2006" }}', '03.02.26 2026'],
    ['{{ default "d" .none }} {{ ternary }}', ''],
  ])('%s', (template, line) => {
    if (template.includes('ternary')) {
      expect(() => run(`| line_format ${JSON.stringify(template)}`, 'x')).toThrow(/not defined/)
      return
    }
    expect(run(`| line_format ${JSON.stringify(template)}`, 'a line')).toMatchObject({ line })
  })

  test.each([
    '{{ lower 1 }}',
    '{{ index .app 99 }}',
    '{{ range 100000000 }}x{{ end }}',
    '{{ repeat 1000000000 "x" }}',
    '{{ div 1 0 }}',
    '{{ lt .app 1 }}',
  ])('%s fails on the line, which stays as it is', (template) => {
    expect(run(`| line_format ${JSON.stringify(template)}`, 'a line')).toMatchObject({
      line: 'a line',
      labels: { __error__: 'TemplateFormatErr' },
    })
  })

  test('templates see what was before the first of them, and a rename takes the old one away', () => {
    expect(run('| logfmt | label_format a=b, c="{{.a}}{{.b}}"', 'a=1 b=2')?.labels).toEqual({ a: '2', c: '2' })
    expect(run('| logfmt | label_format c="{{.a}}", d="{{.c}}"', 'a=1')?.labels).toEqual({ a: '1', c: '1', d: '' })
  })

  test('decolorize, drop and keep', () => {
    expect(run('| decolorize', '\u001b[1;31mred\u001b[0m x')?.line).toBe('red x')
    expect(run('| logfmt | drop a, b="2"', 'a=1 b=2 c=3')?.labels).toEqual({ c: '3' })
    expect(run('| logfmt | drop b="3"', 'b=2')?.labels).toEqual({ b: '2' })
    expect(run('| logfmt | keep a, app', 'a=1 b=2')?.labels).toEqual({ a: '1' })
    expect(run('| json | drop __error__, __error_details__', 'x')?.labels).toEqual({})
  })
})

test('a hostile expression takes no longer than another', () => {
  const line = 'a'.repeat(20_000)
  const began = performance.now()
  run('| regexp "(?P<x>(a+)+)b"', line)
  run('| line_format "{{.app}}" |~ "(a|aa)+$"', line)
  expect(performance.now() - began).toBeLessThan(2000)
})

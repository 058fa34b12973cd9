// Search text on the real engine: every element of the language is compiled, its SQL and parameters asserted, and then
// run.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compileSearch } from '#query/search/search.ts'
import { compile } from '#shared/clickhouse/sql.ts'
import { openSearchRows, type SearchRows } from '#test/support/search-rows.ts'

const separator = String.raw`[^0-9A-Za-z\x{80}-\x{10FFFF}]`
const bounded = (pattern: string): string => `(?:^|${separator})${pattern}(?:$|${separator})`

/** The expression of the words index, as `words(message)`. */
const wordsExpression = /hasToken\((.+), \{p0:String\}\)/.exec(compile(compileSearch('word')).text)![1]!
const shortened = (text: string): string => text.replaceAll(wordsExpression, 'words(message)')

let rows: SearchRows

beforeAll(async () => {
  rows = await openSearchRows([
    {
      id: 'refused',
      message: 'dial tcp 10.0.0.1:5432: connect: Connection  refused',
      pod: 'db-0',
      severity: 'error',
      restart: 2,
    },
    { id: 'other-ip', message: 'dial tcp 110.0.0.12:5432 and 10.0.0.11', pod: 'db-1', severity: 'warn', restart: 0 },
    { id: 'logfmt', message: 'at=12:30 trace_id=abc status=503 dur="7 ms" path=/v1/x', pod: 'cart-a', severity: 'info' },
    {
      id: 'logfmt-2',
      message: 'at=12:301 trace_id=abcd status=200',
      pod: 'cart-b',
      labels: { app: 'cart', 'app.kubernetes.io/name': 'Cart' },
    },
    {
      id: 'json',
      message: '{"status":500,"level":"ERROR","user":{"name":"Ana"},"big":"1e3","msg":"a \\"b\\" c"}',
      severity: 'fatal',
      container: 'app',
    },
    { id: 'json-ok', message: '{"status":200,"level":"info"}', attributes: { tier: 'gold', weight: '12.5' } },
    { id: 'access', message: '"GET /v1/x HTTP/1.1" status:500', attributes: { status: '404' }, traceId: 'f00d' },
    { id: 'stack', message: '\tat com.x.Y(Z.java:10) java.lang.NullPointerException', restart: 1 },
    { id: 'unicode', message: 'ERREUR École 🔥fire 日本語 Ошибка', node: 'node 1' },
    { id: 'star', message: 'func(*http.Request) count(*) 2*3 C++ 50% -Xmx512m --flag user@example.com [error]' },
    { id: 'slashes', message: String.raw`C:\temp\new \d+ a/b 'q' "dq" {p0:String} $1 ?x=%20` },
    { id: 'empty', message: '' },
  ])
})

afterAll(async () => {
  await rows.close()
})

describe('each element is SQL with bound values, and finds its lines', () => {
  const lowered = (pattern: string, at: number) => `match(lower(message), {p${at}:String})`
  const cases: [string, string, Record<string, unknown>, string[]][] = [
    ['Refused', 'hasToken(words(message), {p0:String})', { p0: 'refused' }, ['refused']],
    [
      'connect refused',
      '(hasToken(words(message), {p0:String}) AND hasToken(words(message), {p1:String}))',
      { p0: 'connect', p1: 'refused' },
      ['refused'],
    ],
    [
      'refused OR fire',
      '(hasToken(words(message), {p0:String}) OR hasToken(words(message), {p1:String}))',
      { p0: 'refused', p1: 'fire' },
      ['refused'],
    ],
    [
      'dial -refused',
      '(hasToken(words(message), {p0:String}) AND NOT hasToken(words(message), {p1:String}))',
      { p0: 'dial', p1: 'refused' },
      ['other-ip'],
    ],
    [
      '10.0.0.1',
      `(hasToken(lower(message), {p0:String}) AND hasToken(lower(message), {p1:String}) AND hasToken(lower(message), {p2:String}) AND ${lowered('', 3)})`,
      { p0: '10', p1: '0', p2: '1', p3: bounded(String.raw`10\.0\.0\.1`) },
      ['refused'],
    ],
    [
      '"connection  refused"',
      `(hasToken(words(message), {p0:String}) AND hasToken(words(message), {p1:String}) AND ${lowered('', 2)})`,
      { p0: 'connection', p1: 'refused', p2: bounded(String.raw`connection\ \ refused`) },
      ['refused'],
    ],
    ['refu*', `(${lowered('', 0)})`, { p0: `(?:^|${separator})refu` }, ['refused']],
    [
      'java.lang.*',
      `(hasToken(words(message), {p0:String}) AND hasToken(words(message), {p1:String}) AND ${lowered('', 2)})`,
      { p0: 'java', p1: 'lang', p2: String.raw`(?:^|${separator})java\.lang\.` },
      ['stack'],
    ],
    ['/Con+ect\\b/', 'match(message, {p0:String})', { p0: String.raw`Con+ect\b` }, ['refused'].slice(1)],
    ['/(?i)con+ect\\b/', 'match(message, {p0:String})', { p0: String.raw`(?i)con+ect\b` }, ['refused']],
    ['École', '(match(message, {p0:String}))', { p0: `(?i)${bounded('École')}` }, ['unicode']],
    ['日本', '(position(lower(message), {p0:String}) > 0)', { p0: '日本' }, ['unicode']],
    ['pod:db-0', 'pod = {p0:String}', { p0: 'db-0' }, ['refused']],
    ['pod:db-*', 'startsWith(pod, {p0:String})', { p0: 'db-' }, ['refused', 'other-ip']],
    ['pod:/^db-\\d$/', 'match(pod, {p0:String})', { p0: String.raw`^db-\d$` }, ['refused', 'other-ip']],
    ['node:"node 1"', 'node = {p0:String}', { p0: 'node 1' }, ['unicode']],
    ['traceId:*', "trace_id != ''", {}, ['access']],
    ['severity:Warning', 'severity = {p0:String}', { p0: 'warn' }, ['other-ip']],
    ['severity:>=error', 'severity IN ({p0:String}, {p1:String})', { p0: 'error', p1: 'fatal' }, ['refused', 'json']],
    [
      'severity:<warn',
      'severity IN ({p0:String}, {p1:String}, {p2:String})',
      { p0: 'trace', p1: 'debug', p2: 'info' },
      ['logfmt'],
    ],
    ['restart:>0', '(restart >= 0 AND restart > {p0:Int64})', { p0: '0' }, ['refused', 'stack']],
    ['restart:0', 'restart = {p0:Int64}', { p0: '0' }, ['other-ip']],
    ['message:refused', 'hasToken(words(message), {p0:String})', { p0: 'refused' }, ['refused']],
    [
      'labels.app.kubernetes.io/name:Cart',
      '(mapContains(labels, {p0:String}) AND labels[{p1:String}] = {p2:String})',
      { p0: 'app.kubernetes.io/name', p1: 'app.kubernetes.io/name', p2: 'Cart' },
      ['logfmt-2'],
    ],
    [
      'attributes.weight:>12',
      '(mapContains(attributes, {p0:String}) AND toFloat64OrDefault(attributes[{p1:String}], nan) > {p2:Float64})',
      { p0: 'weight', p1: 'weight', p2: 12 },
      ['json-ok'],
    ],
  ]
  test.each(cases)('%s', async (text, expectedText, expectedParams, found) => {
    const compiled = compile(compileSearch(text))
    expect(shortened(compiled.text)).toBe(expectedText)
    expect(compiled.params).toEqual(expectedParams)
    expect(await rows.find(compileSearch(text))).toEqual(found)
  })

  test('a field of the line asks attributes, labels, JSON keys, assignments and the text itself', async () => {
    const { text, params } = compile(compileSearch('status:500'))
    expect(shortened(text).replaceAll(/\{p\d+:\w+\}/g, '?')).toBe(
      `((mapContains(attributes, ?) AND lower(attributes[?]) = ?) OR (mapContains(labels, ?) AND lower(labels[?]) = ?) OR (hasToken(words(message), ?) AND hasToken(lower(message), ?) AND ((startsWith(message, '{') AND JSONHas(message, ?) AND lower(JSONExtract(message, ?, 'String')) = ?) OR (trim(BOTH '"' FROM extract(message, ?)) != '' AND lower(trim(BOTH '"' FROM extract(message, ?))) = ?) OR (hasToken(words(message), ?) AND hasToken(lower(message), ?) AND match(lower(message), ?)))))`,
    )
    expect(Object.values(params)).toContain('status')
    expect(await rows.find(compileSearch('status:500'))).toEqual(['json', 'access'])
  })
})

describe('finds', () => {
  test.each<[string, string[]]>([
    ['12:30', ['logfmt']],
    ['trace_id=abc', ['logfmt']],
    ['GET /v1/x', ['access']],
    ['/v1/x', ['logfmt', 'access']],
    ['NullPointerException', ['stack']],
    ['java.lang.NullPointerException', ['stack']],
    ['at com.x.Y(Z.java:10)', ['stack']],
    ['Z.java:10', ['stack']],
    ['dur="7 ms"', ['logfmt']],
    ['"level":"error"', ['json']],
    ['{"status":200,', ['json-ok']],
    ['[error]', ['star']],
    ['count(*)', ['star']],
    ['*http.Request', ['star']],
    ['C++', ['star']],
    ['50%', ['star']],
    ['--flag', ['star']],
    [String.raw`\-Xmx512m`, ['star']],
    ['"-Xmx512m"', ['star']],
    ['user@example.com', ['star']],
    ['a/b', ['slashes']],
    [String.raw`C:\temp\new`, ['slashes']],
    [String.raw`\d+`, ['slashes']],
    [String.raw`/\\d\+/`, ['slashes']],
    [`'q'`, ['slashes']],
    ['{p0:String}', ['slashes']],
    ['erreur', ['unicode']],
    ['éCOLE', ['unicode']],
    ['cole', []],
    ['ошибка', ['unicode']],
    ['ошиб*', ['unicode']],
    ['🔥', ['unicode']],
    ['status:>500', ['logfmt']],
    ['status:>=500', ['json', 'logfmt', 'access']],
    ['status:<300', ['logfmt-2', 'json-ok']],
    ['status:404', ['access']],
    ['status:5*', ['logfmt', 'json', 'access']],
    ['status:/^5..$/', ['logfmt', 'json', 'access']],
    ['status:*', ['logfmt', 'logfmt-2', 'json', 'json-ok', 'access']],
    ['big:>999', ['json']],
    ['level:error', ['json']],
    ['user.name:ana', ['json']],
    [String.raw`msg:"a \"b\" c"`, ['json']],
    ['tier:GOLD', ['json-ok']],
    ['dur:"7 ms"', ['logfmt']],
    ['app:cart', ['logfmt-2']],
    ['(refused OR fire*) severity:error', ['refused']],
    ['dial NOT (refused OR x)', ['other-ip']],
    ['dial -10.0.0.1', ['other-ip']],
    ['dial -status:>1', ['refused', 'other-ip']],
    ['-/./', ['empty']],
    ['nothing', []],
  ])('%s', async (text, found) => {
    expect((await rows.find(compileSearch(text))).toSorted()).toEqual(found.toSorted())
  })

  test('a term and its negation split the lines, whatever is missing in them', async () => {
    const all = (await rows.find(compileSearch(''))).length
    expect(all).toBe(12)
    for (const term of [
      'refused',
      '10.0.0.1',
      'status:>1',
      'status:*',
      'status:/5/',
      'user.name:x',
      'labels.app:cart',
      'restart:>0',
      'pod:*',
      'é',
      'a*',
    ])
      expect((await rows.find(compileSearch(term))).length + (await rows.find(compileSearch(`-${term}`))).length).toBe(all)
  })

  test('a regular expression that is none is an error of q', async () => {
    await expect(rows.find(compileSearch('/a(/'))).rejects.toMatchObject({ code: 'invalid-parameter', parameter: 'q' })
    await expect(rows.find(compileSearch('status:/(?=x)/'))).rejects.toMatchObject({ code: 'invalid-parameter', parameter: 'q' })
  })

  test('the longest text and the most words run', async () => {
    expect(await rows.find(compileSearch(`"${'ab.'.repeat(2700)}"`))).toEqual([])
    expect(await rows.find(compileSearch('status:>1 '.repeat(100)))).toEqual(await rows.find(compileSearch('status:>1')))
    expect(await rows.find(compileSearch(Array.from({ length: 256 }, (_, i) => `w${i}`).join(' OR ')))).toEqual([])
    expect(await rows.find(compileSearch(`${'('.repeat(32)}refused${')'.repeat(32)}`))).toEqual(['refused'])
  })
})

// Search text on the real engine: every element of the language is compiled, its SQL and parameters asserted, and then
// run.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { compileSearch } from '#test/support/compile-search.ts'
import { shownSearch } from '#test/support/shown-search.ts'
import { openSearchRows, type SearchRows } from '#test/support/search-rows.ts'

const separator = String.raw`[^0-9A-Za-z\x{80}-\x{10FFFF}]`
const bounded = (pattern: string): string => `(?:^|${separator})${pattern}(?:$|${separator})`

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
  const word = (column = 'searched_words') => `hasToken(${column}, ?)`
  const text = (columns: readonly string[], matched = 'match(searched_text, ?)') =>
    `(${columns.length === 0 ? '1' : columns.map(word).join(' AND ')} AND ${matched})`
  const cases: [string, string, unknown[], string[]][] = [
    ['Refused', word(), ['refused'], ['refused']],
    ['connect refused', `(${word()} AND ${word()})`, ['connect', 'refused'], ['refused']],
    ['refused OR fire', `(${word()} OR ${word()})`, ['refused', 'fire'], ['refused', 'unicode']],
    ['dial -refused', `(${word()} AND NOT ${word()})`, ['dial', 'refused'], ['other-ip']],
    ['abcd', word(), ['abcd'], ['logfmt-2']],
    ['5432', word('searched_text'), ['5432'], ['refused', 'other-ip']],
    [
      '10.0.0.1',
      text(['searched_text', 'searched_text', 'searched_text']),
      ['10', '0', '1', bounded(String.raw`10\.0\.0\.1`)],
      ['refused'],
    ],
    [
      '"connection  refused"',
      text(['searched_words', 'searched_words']),
      ['connection', 'refused', bounded(String.raw`connection\ \ refused`)],
      ['refused'],
    ],
    ['refu*', text([]), [`(?:^|${separator})refu`], ['refused']],
    ['+', text([], 'position(searched_text, ?) > 0'), ['+'], ['star', 'slashes']],
    [
      'java.lang.*',
      text(['searched_words', 'searched_words']),
      ['java', 'lang', String.raw`(?:^|${separator})java\.lang\.`],
      ['stack'],
    ],
    [
      '/Con+ect\\b/',
      'if(isValidUTF8(message), match(message, ?), match(toValidUTF8(message), ?))',
      [String.raw`Con+ect\b`, String.raw`Con+ect\b`],
      [],
    ],
    [
      '/(?i)con+ect\\b/',
      'if(isValidUTF8(message), match(message, ?), match(toValidUTF8(message), ?))',
      [String.raw`(?i)con+ect\b`, String.raw`(?i)con+ect\b`],
      ['refused'],
    ],
    ['École', '(1 AND mayHide(?) AND match(read_text, ?))', ['cole', `(?i)${bounded('École')}`], ['unicode']],
    ['日本', '(1 AND mayHide() AND match(lower(read_text), ?))', [String.raw`\x01日\x01\x01本\x01`], ['unicode']],
    ['pod:db-0', 'pod = ?', ['db-0'], ['refused']],
    ['pod:db-*', 'startsWith(pod, ?)', ['db-'], ['refused', 'other-ip']],
    ['pod:/^db-\\d$/', 'match(pod, ?)', [String.raw`^db-\d$`], ['refused', 'other-ip']],
    ['node:"node 1"', 'node = ?', ['node 1'], ['unicode']],
    ['severity:Warning', 'severity = ?', ['warn'], ['other-ip']],
    ['severity:>=error', 'severity IN (?, ?)', ['error', 'fatal'], ['refused', 'json']],
    ['severity:<warn', 'severity IN (?, ?, ?)', ['trace', 'debug', 'info'], ['logfmt']],
    ['restart:>0', '(restart >= 0 AND restart > ?)', ['0'], ['refused', 'stack']],
    ['restart:0', 'restart = ?', ['0'], ['other-ip']],
    ['message:refused', word(), ['refused'], ['refused']],
  ]
  test.each(cases)('%s', async (search, expected, values, found) => {
    expect(shownSearch(search)).toEqual({ sql: expected, values })
    expect(await rows.find(compileSearch(search))).toEqual(found)
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
    ['labels.app.kubernetes.io/name:Cart', ['logfmt-2']],
    ['attributes.weight:>12', ['json-ok']],
    ['traceId:*', ['access']],
    ['trace_id:*', ['logfmt', 'logfmt-2', 'access']],
    ['trace_id:abc', ['logfmt']],
    ['traceId:abc', ['logfmt']],
    ['traceId:F00D', []],
    ['traceId:f00d', ['access']],
    ['/ C\\+\\+ /', ['star']],
    ['/HTTP\\/1.1" /', ['access']],
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

  test('the longest text and the most words run', async () => {
    expect(await rows.find(compileSearch(`"${'ab.'.repeat(2700)}"`))).toEqual([])
    expect(await rows.find(compileSearch('status:>1 '.repeat(40)))).toEqual(await rows.find(compileSearch('status:>1')))
    expect(await rows.find(compileSearch(Array.from({ length: 256 }, (_, i) => `w${i}`).join(' OR ')))).toEqual([])
    const phrases = (text: string) => Array.from({ length: 256 }, (_, i) => `${text}${i}`).join(' OR ')
    expect(await rows.find(compileSearch(phrases('é')))).toEqual([])
    expect(await rows.find(compileSearch(phrases('a.b.c.d.e.f.g.h')))).toEqual([])
    expect(await rows.find(compileSearch(`${'('.repeat(32)}refused${')'.repeat(32)}`))).toEqual(['refused'])
  })
})

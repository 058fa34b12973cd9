import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyText } from '#test/support/any-text.ts'
import { parseSearch, searchBytesMax } from '#query/search/syntax/parse-search.ts'
import type { SearchNode } from '#query/search/syntax/search-node.ts'
import { AfterlogError } from '#shared/errors.ts'

const word = (text: string): SearchNode => ({ kind: 'word', text })
const phrase = (text: string): SearchNode => ({ kind: 'phrase', text })
const prefix = (text: string): SearchNode => ({ kind: 'prefix', text })
const and = (...terms: SearchNode[]): SearchNode => ({ kind: 'and', terms })
const or = (...terms: SearchNode[]): SearchNode => ({ kind: 'or', terms })
const not = (term: SearchNode): SearchNode => ({ kind: 'not', term })

describe('what people paste is literal', () => {
  test.each([
    '12:30',
    '10.0.0.1',
    '10.0.0.1:8080',
    '[::1]:80',
    'trade_id=abc',
    'java.lang.NullPointerException',
    'java.io.IOException:',
    'http://example.com/a?b=c&d=(e)',
    'file:///etc/hosts',
    '/v1/x',
    '/var/log/pods/x.log',
    '/',
    '//',
    'a/b',
    'key="value"',
    'key="some value"',
    'msg=""',
    '{"a":1}',
    '{"a":1,"b":"x y"}',
    '"a":1',
    '""',
    '[error]',
    'user@example.com',
    '--flag',
    '--flag=value',
    '->',
    '-',
    '-----BEGIN',
    'C++',
    '50%',
    '5b0c0e7e-1111-4222-8333-444455556666',
    'com.x.Y(Z.java:10)',
    'main()',
    '()',
    'foo)',
    'foo(',
    ')',
    ':(',
    "don't",
    'std::string',
    'fe80::1',
    'error:',
    'count(*)',
    '*http.Request',
    '2*3',
    '**bold**',
    '*/',
    '<init>',
    '$HOME',
    '#12',
    '!important',
    'a,b;c',
    'x>=5',
    '`id`',
    "';",
    String.raw`\temp`,
    String.raw`\\server\share`,
    String.raw`\d+`,
    '5"',
    'a&&b',
    'a|b',
    '{p0:String}',
    '…',
  ])('%s', (text) => {
    expect(parseSearch(text)).toEqual(/^[0-9A-Za-z\u0080-\u{10FFFF}]+$/u.test(text) ? word(text) : phrase(text))
  })

  test.each<[string, SearchNode]>([
    ['GET /v1/x', and(word('GET'), phrase('/v1/x'))],
    ['GET / HTTP/1.1', and(word('GET'), phrase('/'), phrase('HTTP/1.1'))],
    ['cp /a /b', and(word('cp'), phrase('/a'), phrase('/b'))],
    ['at com.x.Y(Z.java:10)', and(word('at'), phrase('com.x.Y(Z.java:10)'))],
    ['{"a": 1, "b": "x y"}', and(phrase('{"a":'), phrase('1,'), phrase('"b":'), phrase('"x y"}'))],
    ['🔥 日本', and(word('🔥'), word('日本'))],
    ['a and b or not', and(word('a'), word('and'), word('b'), word('or'), word('not'))],
    ['f(a b)', and(phrase('f(a'), phrase('b)'))],
    ['a\u00a0b\tc\n', and(word('a'), word('b'), word('c'))],
  ])('%s', (text, node) => {
    expect(parseSearch(text)).toEqual(node)
  })
})

describe('the language', () => {
  test.each<[string, SearchNode]>([
    ['', and()],
    ['  ', and()],
    ['*', and()],
    ['error', word('error')],
    ['"connection  refused"', phrase('connection  refused')],
    [String.raw`"say \"hi\" \\ C:\temp"`, phrase(String.raw`say "hi" \ C:\temp`)],
    ['"OR"', word('OR')],
    ['-debug', not(word('debug'))],
    ['-404', not(word('404'))],
    ['-Xmx512m', not(word('Xmx512m'))],
    ['-"a b"', not(phrase('a b'))],
    ['\u200ba\u2060 \u202eb', and(word('a'), word('b'))],
    ['\u200b', and()],
    ['-[x]', not(phrase('[x]'))],
    [String.raw`\-Xmx512m`, phrase('-Xmx512m')],
    [String.raw`\"x`, phrase('"x')],
    [String.raw`(\(x)`, phrase('(x')],
    ['NOT a', not(word('a'))],
    ['NOT -a', word('a')],
    ['a*', prefix('a')],
    ['java.lang.*', prefix('java.lang.')],
    ['/v1/*', prefix('/v1/')],
    ['/a.*b/', { kind: 'regex', pattern: 'a.*b', position: 0 }],
    ['/x /', { kind: 'regex', pattern: 'x ', position: 0 }],
    ['/ foo /', { kind: 'regex', pattern: ' foo ', position: 0 }],
    ['a / foo /', and(word('a'), { kind: 'regex', pattern: ' foo ', position: 2 })],
    ['a AND / foo / AND b', and(word('a'), { kind: 'regex', pattern: ' foo ', position: 6 }, word('b'))],
    ['a AND NOT FOUND', and(word('a'), not(word('FOUND')))],
    [String.raw`(/a b\/c/)`, { kind: 'regex', pattern: String.raw`a b\/c`, position: 1 }],
    ['a b OR c d', or(and(word('a'), word('b')), and(word('c'), word('d')))],
    ['a AND (b OR c)', and(word('a'), or(word('b'), word('c')))],
    ['(a)(b)', and(word('a'), word('b'))],
    ['-(a b)', not(and(word('a'), word('b')))],
    ['(f(x) OR g(y))', or(phrase('f(x)'), phrase('g(y)'))],
  ])('%s', (text, node) => {
    expect(parseSearch(text)).toEqual(node)
  })

  test.each([
    ['status:500', { name: 'status', test: { op: 'eq', value: '500' } }],
    ['status:>500', { name: 'status', test: { op: 'gt', value: '500' } }],
    ['status:>="500"', { name: 'status', test: { op: 'gte', value: '500' } }],
    ['status:<5', { name: 'status', test: { op: 'lt', value: '5' } }],
    ['status:<=5', { name: 'status', test: { op: 'lte', value: '5' } }],
    ['pod:cart-*', { name: 'pod', test: { op: 'prefix', value: 'cart-' } }],
    ['pod:"cart 1"', { name: 'pod', test: { op: 'eq', value: 'cart 1' } }],
    ['pod:""', { name: 'pod', test: { op: 'eq', value: '' } }],
    ['pod:"a*"', { name: 'pod', test: { op: 'eq', value: 'a*' } }],
    ['größe:5', { name: 'größe', test: { op: 'eq', value: '5' } }],
    ['状态:500', { name: '状态', test: { op: 'eq', value: '500' } }],
    ['pod:/a b/', { name: 'pod', test: { op: 'regex', pattern: 'a b' } }],
    ['path:/v1/x', { name: 'path', test: { op: 'eq', value: '/v1/x' } }],
    ['traceId:*', { name: 'traceId', test: { op: 'exists' } }],
    ['labels.app.kubernetes.io/name:x', { name: 'labels.app.kubernetes.io/name', test: { op: 'eq', value: 'x' } }],
    ['@timestamp:x', { name: '@timestamp', test: { op: 'eq', value: 'x' } }],
    ['a.@b:x', { name: 'a.@b', test: { op: 'eq', value: 'x' } }],
    ['trace_id=abc', { name: 'trace_id', test: { op: 'eq', value: 'abc' } }],
    ['status:(500)', { name: 'status', test: { op: 'eq', value: '500' } }],
    [
      'status:400..499',
      { name: 'status', test: { op: 'range', from: { op: 'gte', value: '400' }, to: { op: 'lte', value: '499' } } },
    ],
    ['n:{-1 TO 2.5]', { name: 'n', test: { op: 'range', from: { op: 'gt', value: '-1' }, to: { op: 'lte', value: '2.5' } } }],
    ['n:[* TO 5}', { name: 'n', test: { op: 'lt', value: '5' } }],
    ['path:a..b', { name: 'path', test: { op: 'eq', value: 'a..b' } }],
    ['_a:b:c', { name: '_a', test: { op: 'eq', value: 'b:c' } }],
  ])('%s', (text, { name, test: fieldTest }) => {
    expect(parseSearch(text)).toEqual({ kind: 'field', name, test: fieldTest, text, position: 0 })
    expect(parseSearch(`(x OR -${text})`)).toEqual(
      or(word('x'), not({ kind: 'field', name, test: fieldTest, text, position: 7 } as SearchNode)),
    )
  })
})

test('values of a field stand in one group, as any values do', () => {
  const field = (value: string, text: string, position: number): SearchNode => ({
    kind: 'field',
    name: 'pod',
    test: value.endsWith('*') ? { op: 'prefix', value: value.slice(0, -1) } : { op: 'eq', value },
    text,
    position,
  })
  expect(parseSearch('pod:(a OR cart-* OR "x y") z')).toEqual(
    and(or(field('a', 'pod:a', 5), field('cart-*', 'pod:cart-*', 10), field('x y', 'pod:"x y"', 20)), word('z')),
  )
  expect(parseSearch('pod:((a OR b) AND -c)')).toEqual(
    and(or(field('a', 'pod:a', 6), field('b', 'pod:b', 11)), not(field('c', 'pod:c', 19))),
  )
})

describe('what cannot be meant as it stands says where, and what to quote', () => {
  test.each(
    (
      [
        ['say "hello', 4],
        ['pod:"cart', 4],
        ['a (b', 2],
        ['((a)', 0],
        ['( )', 0],
        ['a OR', 2],
        ['OR a', 0],
        ['OR', 0],
        ['a OR OR b', 5],
        ['a AND', 2],
        ['(a OR)', 3],
        ['NOT', 0],
        ['404 NOT FOUND', 4],
        ['*word*', 0],
        ['status:(500 OR 404', 7],
        ['status:(500 404)', 12],
        ['a / b / c', 2],
        ['a && b', 2],
        ['a || b', 2],
        ['level != error', 6],
        ['x level!=error', 2],
        ['pod=~"cart.*"', 0],
        ['level:!=error', 6],
        ['pod:~"cart.*"', 4],
        ['{app="cart"} |= "x"', 0],
        ['sum by (pod) (rate({app=~"cart"}[5m]))', 19],
        ['a AND NOT', 6],
        [`${'('.repeat(33)}a`, 32],
        ['a '.repeat(257), 512],
        ['a'.repeat(10_000), searchBytesMax],
        ['é'.repeat(5_000), searchBytesMax / 2],
        ['('.repeat(100_000), searchBytesMax],
        ['-('.repeat(4_000), 65],
        ['NOT '.repeat(2_000), 7996],
      ] as [string, number][]
    ).map(([text, position]) => ({ text, position, title: text.slice(0, 30) })),
  )('$title', ({ text, position }) => {
    expect(() => parseSearch(text)).toThrow(
      expect.objectContaining({
        code: 'invalid-parameter',
        parameter: 'q',
        position,
        message: expect.stringMatching(/quotes|close it|slashes|at most 8192 are read/),
      }),
    )
  })
})

test('any text is a search or an error of q', () => {
  const piece = fc.constantFrom(
    'a',
    ':',
    '>',
    '"',
    '(',
    ')',
    '-',
    '/',
    '*',
    '\\',
    ' ',
    ' OR ',
    ' AND ',
    ' NOT ',
    '5',
    'pod',
    '\ud800',
    '🔥',
  )
  const text = fc.oneof(
    anyText(),
    fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
  )
  fc.assert(
    fc.property(text, (garbage) => {
      try {
        parseSearch(garbage)
      } catch (error) {
        expect(error).toBeInstanceOf(AfterlogError)
        expect((error as AfterlogError).position).toBeLessThan(Math.max(1, garbage.length))
      }
    }),
    { numRuns: 3000 },
  )
})

test('a text in quotes is that text', () => {
  fc.assert(
    fc.property(anyText({ minLength: 1 }), (text) => {
      const node = parseSearch(`"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`)
      expect(node).toMatchObject({ text: text.toWellFormed() })
    }),
  )
})

import { expect, test } from 'vitest'
import { pageJson } from '#query/logs/page-json.ts'
import type { Line } from '#shared/lines/row-decoder.ts'
import { shownLine } from '#test/support/shown-line.ts'

const shown = (lines: readonly Line[]): Record<string, string>[] =>
  pageJson(lines, { order: 'asc', json: true }).map(({ attributes }) => attributes)
const attributesOf = (message: string, attributes: Record<string, string> = {}): Record<string, string> =>
  shown([shownLine(message, 0, { attributes })])[0]!
const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

test('keys of a message that is an object are attributes by their paths, behind those of the line', () => {
  const message = '{"msg":"x","user":{"id":7,"name":"mia"},"ok":true,"none":null,"tags":["a",{"b":1}],"status":502}'
  expect(attributesOf(message, { status: 'mine' })).toEqual({
    msg: 'x',
    'user.id': '7',
    'user.name': 'mia',
    ok: 'true',
    tags: '["a",{"b":1}]',
    status: 'mine',
  })
  expect(pageJson([shownLine(message)], { order: 'asc' })[0]!.attributes).toEqual({})
})

test('numbers keep their digits, and keys that objects of JavaScript have are keys', () => {
  expect(attributesOf('{"id":12345678901234567890,"d":1.50,"ids":[12345678901234567890]}')).toEqual({
    id: '12345678901234567890',
    d: '1.50',
    ids: '[12345678901234567890]',
  })
  const found = attributesOf('{"__proto__":{"x":1},"constructor":2,"":3}')
  expect(Object.entries(found)).toEqual([
    ['__proto__.x', '1'],
    ['constructor', '2'],
    ['', '3'],
  ])
})

test.each(['', 'text', '[1]', '"x"', '{', '{"a":1} and more', '{"a"', `{"a":${'['.repeat(30_000)}`])(
  'other text has no keys: %.20s',
  (message) => {
    expect(attributesOf(message, { a: 'b' })).toEqual({ a: 'b' })
  },
)

test('what is nested deeper than eight levels is JSON, whatever its depth', () => {
  expect(attributesOf(nested(10))).toEqual({ 'a.a.a.a.a.a.a.a': '{"a":{"a":1}}' })
  expect(Object.keys(attributesOf(nested(10_000))).length).toBeLessThan(2)
})

test('of many keys, a long message and much JSON in an answer, what is left out is said', () => {
  const many = JSON.stringify(Object.fromEntries(Array.from({ length: 1200 }, (_, i) => [`k${i}`, i])))
  expect(attributesOf(many)).toMatchObject({ k999: '999', 'afterlog.cut': '200 keys were left out' })
  expect(Object.keys(attributesOf(many))).toHaveLength(1001)
  const long = JSON.stringify({ a: 'x'.repeat(70_000) })
  expect(attributesOf(long)).toEqual({ 'afterlog.cut': 'the keys of a message of 70008 bytes were left out' })
  const lines = shown(Array.from({ length: 100 }, () => shownLine(JSON.stringify({ a: 'x'.repeat(60_000) }))))
  expect(Object.keys(lines[68]!)).toEqual(['a'])
  expect(lines[99]).toEqual({ 'afterlog.cut': 'the keys of JSON behind the first 4 MiB of it in this answer were left out' })
})

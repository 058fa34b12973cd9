import { expect, test } from 'vitest'
import { pageJson } from '#query/logs/page-json.ts'
import type { Line } from '#shared/lines/row-decoder.ts'
import { shownLine } from '#test/support/shown-line.ts'

const shown = async (lines: readonly Line[]): Promise<Record<string, string>[]> =>
  (await pageJson(lines, { order: 'asc', json: true })).map(({ attributes }) => attributes)
const attributesOf = async (message: string, attributes: Record<string, string> = {}): Promise<Record<string, string>> =>
  (await shown([shownLine(message, 0, { attributes })]))[0]!
const sizeOf = (attributes: Record<string, string>): number => Object.entries(attributes).flat().join('').length
const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`

test('keys of a message that is an object are attributes by their paths, behind those of the line', async () => {
  const message = '{"msg":"x","user":{"id":7,"name":"mia"},"ok":true,"none":null,"tags":["a",{"b":1}],"status":502}'
  expect(await attributesOf(message, { status: 'mine' })).toEqual({
    msg: 'x',
    'user.id': '7',
    'user.name': 'mia',
    ok: 'true',
    tags: '["a",{"b":1}]',
    status: 'mine',
  })
  expect((await pageJson([shownLine(message)], { order: 'asc' }))[0]!.attributes).toEqual({})
})

test('numbers keep their digits, and keys that objects of JavaScript have are keys', async () => {
  expect(await attributesOf('{"id":12345678901234567890,"d":1.50,"ids":[12345678901234567890]}')).toEqual({
    id: '12345678901234567890',
    d: '1.50',
    ids: '[12345678901234567890]',
  })
  expect(await attributesOf('\n{ "a" : [ 1, {"b": "}\\"]"} ] , "c\\n\\u0064" :\t-1e3 }\n')).toEqual({
    a: '[ 1, {"b": "}\\"]"} ]',
    'c\nd': '-1e3',
  })
  const found = await attributesOf('{"__proto__":{"x":1},"constructor":2,"":3}')
  expect(Object.entries(found)).toEqual([
    ['__proto__.x', '1'],
    ['constructor', '2'],
    ['', '3'],
  ])
})

test.each(['', 'text', '[1]', '"x"', '{', '{"a":1} and more', '{"a"', `{"a":${'['.repeat(30_000)}`])(
  'other text has no keys: %.20s',
  async (message) => {
    expect(await attributesOf(message, { a: 'b' })).toEqual({ a: 'b' })
  },
)

test('what is nested deeper than eight levels is JSON, whatever its depth', async () => {
  expect(await attributesOf(nested(10))).toEqual({ 'a.a.a.a.a.a.a.a': '{"a":{"a":1}}' })
  expect(Object.keys(await attributesOf(nested(10_000))).length).toBeLessThan(2)
})

test('of many keys, a long message and much JSON in an answer, what is left out is said', async () => {
  const many = JSON.stringify(Object.fromEntries(Array.from({ length: 1200 }, (_, i) => [`k${i}`, i])))
  expect(await attributesOf(many)).toMatchObject({ k999: '999', 'afterlog.cut': '200 keys were left out' })
  expect(Object.keys(await attributesOf(many))).toHaveLength(1001)
  const long = JSON.stringify({ a: 'x'.repeat(70_000) })
  expect(await attributesOf(long)).toEqual({ 'afterlog.cut': 'the keys of a message of 70008 bytes were left out' })
  const lines = await shown(Array.from({ length: 100 }, () => shownLine(JSON.stringify({ a: 'x'.repeat(60_000) }))))
  expect(Object.keys(lines[30]!)).toEqual(['a'])
  expect(lines[99]).toEqual({ 'afterlog.cut': 'the keys of JSON behind the first 4 MiB of it in this answer were left out' })
})

test('a long name over many keys, of any line, becomes no more than the answer may have', async () => {
  const bomb = JSON.stringify({ ['k'.repeat(20_000)]: Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [i, 0])) })
  const one = await attributesOf(bomb)
  expect(sizeOf(one)).toBeLessThan(70_000)
  expect(one).toMatchObject({ 'afterlog.cut': '997 keys were left out' })
  const all = await shown(Array.from({ length: 500 }, () => shownLine(bomb)))
  expect(all.reduce((sum, each) => sum + sizeOf(each), 0)).toBeLessThan(4_500_000)
  expect(all[499]).toEqual({ 'afterlog.cut': 'the keys of JSON behind the first 4 MiB of it in this answer were left out' })
})

test('other work has its turn between the lines', async () => {
  const lines = Array.from({ length: 256 }, () => shownLine(`{"a":[${'{},'.repeat(20_000)}{}]}`))
  let isOver = false
  void shown(lines).then(() => (isOver = true))
  let turns = 0
  for (; !isOver; turns++) await new Promise(setImmediate)
  expect(turns).toBeGreaterThan(3)
})

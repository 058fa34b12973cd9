import { expect, test } from 'vitest'
import { escapeString } from '#shared/clickhouse/escape-string.ts'
import { commandStatement, inlineParams, parseInsert, withLongParamsInlined } from '#shared/clickhouse/statement.ts'

test('settings of a command do not become settings of the table that it makes', () => {
  expect(commandStatement('CREATE TABLE t (x UInt8) ENGINE = MergeTree ORDER BY x', { max_execution_time: 3 })).toBe(
    'CREATE TABLE t (x UInt8) ENGINE = MergeTree ORDER BY x\nFORMAT Null\nSETTINGS max_execution_time = 3',
  )
  expect(commandStatement('INSERT INTO t SELECT 1', { max_execution_time: 3 })).toBe(
    'INSERT INTO t SELECT 1\nSETTINGS max_execution_time = 3',
  )
  expect(commandStatement('SYSTEM STOP MERGES t', {})).toBe('SYSTEM STOP MERGES t')
})

test('the name of a setting is a name', () => {
  expect(() => commandStatement('SELECT 1', { 'a = 1, b': 1 })).toThrow('not the name of a setting')
})

test('parameters become literals of their type, and a value that looks like a placeholder stays a value', () => {
  const text = 'SELECT {p0:String}, {p1:Array(String)}, {p2:Int64}, {p3:Nullable(String)}, {other:String}'
  expect(inlineParams(text, { p0: `'{p2:Int64}\\`, p1: ['a', `b'`], p2: '-5', p3: null })).toBe(
    `SELECT '\\'{p2:Int64}\\\\', _CAST(['a', 'b\\''], 'Array(String)'), _CAST('-5', 'Int64'), _CAST(NULL, 'Nullable(String)'), {other:String}`,
  )
})

test('parameters that do not fit into a URL go into the text, all of them', () => {
  const short = { text: 'SELECT {p0:String}, {p1:Array(String)}', params: { p0: 'a', p1: ['b'] } }
  expect(withLongParamsInlined(short)).toEqual(short)
  const long = withLongParamsInlined({ ...short, params: { p0: 'a', p1: ['b'.repeat(3000)] } })
  expect(long).toEqual({ text: `SELECT 'a', _CAST(['${'b'.repeat(3000)}'], 'Array(String)')`, params: {} })
  const names = Array.from({ length: 201 }, (_, i) => `p${i}`)
  const many = withLongParamsInlined({
    text: names.map((name) => `{${name}:Int64}`).join(' '),
    params: Object.fromEntries(names.map((name) => [name, '1'])),
  })
  expect(many).toEqual({ text: names.map(() => `_CAST('1', 'Int64')`).join(' '), params: {} })
})

test('a value of an unknown kind is refused', () => {
  expect(() => inlineParams('{p0:String} {p1:X}', { p0: 'a', p1: { b: 1 } })).toThrow('cannot bind')
})

test('a string literal never ends early', () => {
  expect(escapeString(`a'b\\c\0d\n`)).toBe(`'a\\'b\\\\c\\0d\n'`)
})

test('only our own insert statements are taken apart', () => {
  expect(parseInsert('INSERT INTO logs (tenant, ts) FORMAT JSONCompactEachRow')).toEqual({
    table: 'logs',
    columns: ['tenant', 'ts'],
  })
  expect(() => parseInsert('INSERT INTO logs SELECT 1')).toThrow('not an insert statement')
})

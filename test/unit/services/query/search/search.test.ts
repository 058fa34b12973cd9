import { describe, expect, test } from 'vitest'
import { compileSearch } from '#test/support/compile-search.ts'
import { wholeWords } from '#query/search/search-literal.ts'
import { compile } from '#shared/clickhouse/sql.ts'

describe('values that a field cannot take say where, and what to quote', () => {
  test.each(
    (
      [
        ['x status:>abc', 2],
        ['pod:>5', 0],
        ['pod:*-7d9f', 0],
        ['message:>5', 0],
        ['severity:loud', 0],
        ['restart:two', 0],
        ['restart:1*', 0],
        ['restart:/1/', 0],
        ['x severty:error', 2],
        ['lables.app:cart', 0],
        ['status:[1 TO x]', 0],
        ['severity:loud..error', 0],
        ['pod:[a TO b]', 0],
        ['traceId:>1', 0],
        [`/${'a'.repeat(1001)}/`, 0],
        ['x /a(/', 2],
        ['x status:>', 9],
        ['status:>= 5', 7],
        ['status:[1 TO', 7],
        ['status:[1 TO 2 x', 7],
        ['status:1..', 7],
        ['status:..1', 7],
        ['x severity>=warn', 2],
        ['restart>0', 0],
        ['stream:out', 0],
        ['x @timestamp:>2026-01-01', 2],
        ['/(?=x)/ x', 0],
        ['status:/[/', 0],
        ['x message:/a**/', 2],
        ['x label.app:/)/', 2],
      ] as [string, number][]
    ).map(([text, position]) => ({ text, position, title: text.slice(0, 30) })),
  )('$title', ({ text, position }) => {
    expect(() => compileSearch(text)).toThrow(
      expect.objectContaining({
        code: 'invalid-parameter',
        parameter: 'q',
        position,
        message: expect.stringMatching(/quotes/),
      }),
    )
  })
})

test('nothing that was typed is in the text of the statement', () => {
  for (const text of ['zzq', '"zzq\' zzq"', 'zzq*', '/zzq/', 'zzq:zzq', 'zzq.zzq:>1', 'labels.zzq:zzq', 'pod:zzq', "zz'q:\\'zzq"])
    expect(compile(compileSearch(text)).text).not.toMatch(/zzq|zz'/)
})

test('only whole words are asked of an index', () => {
  expect(wholeWords('trace_id=Abc')).toEqual(['trace', 'abc', 'id'])
  expect(wholeWords('java.la', { start: true, end: false })).toEqual(['java'])
  expect(wholeWords('java.lang.', { start: true, end: true })).toEqual(['java', 'lang'])
  expect(wholeWords('École 日本 “x”')).toEqual(['日', '本', '“', 'x'])
})

test('names from the prototype of objects are fields like any other', () => {
  for (const name of ['constructor', '__proto__', 'toString.x', 'hasOwnProperty'])
    expect(compile(compileSearch(`${name}:x`)).text).toContain('mapKeys(attributes)')
})

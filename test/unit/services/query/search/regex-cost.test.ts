import { expect, test } from 'vitest'
import { compileSearch } from '#test/support/compile-search.ts'
import { regexCost } from '#query/search/regex-cost.ts'
import { many } from '#test/support/many-terms.ts'

test.each([
  ['', 0],
  ['a{1000}', 500],
  ['.{1000}', 5000],
  [String.raw`\W{10}`, 50],
  [String.raw`\p{L}`, 800],
  [String.raw`\pL\PN+`, 1600],
  [String.raw`\p{L}{3}(?:\pN|x){10}`, 10_410],
  [String.raw`((\p{L}{2}){3,5}){4,}`, 32_000],
  [String.raw`[\p{L}\P{N}_]{10}`, 16_210],
  [String.raw`[^]\p{L}]{4}`, 3268],
  ['[a]{10}', 110],
  ['(?i)[^k]{1000}', 12_001],
  [String.raw`(?i)[\x{100}-\x{10ffff}]`, 829],
  ['(?i)[Ā-ʯ]', 814],
  ['[Ā-ʯ]', 13],
  [String.raw`\Q\p{L}\E{9}\\p{L}{9}`, 47],
  [String.raw`\p{L}{3}{4}`, 9600],
  [String.raw`(?P<name>\p{L}{0,7})?`, 5600],
  [String.raw`(\p{L}{5`, 801],
  [String.raw`\p{L}){3}[\p{N}`, 1609],
  ['\\', 1],
])('%s takes %i µs', (pattern, micros) => {
  expect(regexCost(pattern).micros).toBe(micros)
})

test.each([
  ['', 0],
  ['cart checkout', 0],
  [String.raw`\p{L}{3}(?:\pN|x){10}`, 23],
  [`a${'(a|b)'.repeat(190)}[cd]`, 381],
  ['(ab|ac)(ab|ac)', 6],
  ['(error|timeout|refused|panic)', 10],
  ['a.b[cd]e', 2],
  ['a{1000}', 1000],
  ['a.{999}.{999}x', 1998],
  [String.raw`a(?:b?c?\d){20}`, 60],
  [String.raw`(?:[0-9a-f]{2}:){5}[0-9a-f]{2}`, 17],
  [String.raw`\S+ took [0-9]+ms, .*`, 3],
  [String.raw`(\w{3}`, 3],
])('%s may be in %i states', (pattern, states) => {
  expect(regexCost(pattern).states).toBe(states)
})

test.each([
  [String.raw`pod:/(?:\p{L}|\p{N}|\p{P}){333}/`, 0],
  [String.raw`/\p{L}{19}/ or namespace:/x\p{N}{2}/`, 15],
  [String.raw`ok -(labels.app:/\p{L}{21}/)`, 5],
])('%s is refused, since it would take very long to compile', (text, position) => {
  expect(() => compileSearch(text)).toThrow(
    expect.toSatisfy(
      (error: { code: string; message: string; position: number }) =>
        error.code === 'invalid-parameter' && /too large.* 20 times/.test(error.message) && error.position === position,
    ),
  )
})

test.each([
  ['/a.{999}.{999}.{999}x/', 0],
  ['x message:/.{300}/ severity:/(?i)[^k]{201}/', 19],
  [many(6, (i) => `/.{${100 - i}}/`), 56],
  [`/a${'(a|b)'.repeat(190)}c/ OR /b${'(a|b)'.repeat(190)}c/`, 958],
  ['f.g:/a[ab]{260}/', 0],
  [many(6, (i) => `-pod:/.{${100 - i}}/`, ' '), 67],
])('%s is refused, since it would take very long to match a long line', (text, position) => {
  expect(() => compileSearch(text)).toThrow(
    expect.toSatisfy(
      (error: { code: string; message: string; position: number }) =>
        error.code === 'invalid-parameter' && /too large to be matched/.test(error.message) && error.position === position,
    ),
  )
})

test.each([many(101, (i) => `f${i}:${i}`), many(101, (i) => `-f${i}:>${i}`, ' '), many(51, (i) => `a.b${i}:*`)])(
  '%s is refused, since it would take very long to plan',
  (text) => {
    expect(() => compileSearch(text)).toThrow(/fields of the line: up to 40 are allowed/)
  },
)

test('what people write is taken', () => {
  for (const text of [
    String.raw`/\p{L}{2,20}/`,
    String.raw`pod:/^\p{L}+-[0-9a-f]{8,10}$/`,
    String.raw`/(?i)\p{Lu}+ (\S+ ){40}/`,
    '/(?i)[^k]{500}/',
    '/error.{0,200}timeout/ OR /.{300}/',
    many(256, (i) => `pod:cart-${i}`),
    many(256, (i) => `labels.app:cart-${i}`),
    many(64, (i) => `status:${i}`),
  ])
    expect(() => compileSearch(text)).not.toThrow()
})

import { describe, expect, test } from 'vitest'
import { readLabels } from '#ingest/formats/loki-labels.ts'

function labelsOf(text: string): Record<string, string> | string {
  const labels: Record<string, string> = {}
  return readLabels(text, (name, value) => (labels[name] = value)) ?? labels
}

describe('labels as text', () => {
  test.each<[string, Record<string, string>]>([
    ['{}', {}],
    ['{app="cart"}', { app: 'cart' }],
    ['{app="cart", pod="cart-7d9f",}', { app: 'cart', pod: 'cart-7d9f' }],
    [' { a = "1" , _b2="" } ', { a: '1', _b2: '' }],
    [String.raw`{a="q\"b\\s\n\t\a\v",b="\x41\101\u00e9\U0001F600"}`, { a: 'q"b\\s\n\t\u0007\v', b: 'AAé😀' }],
    [String.raw`{a="\xc3\xa9 \xff"}`, { a: 'é \ufffd' }],
    ['{a=`raw \\n "x"`}', { a: 'raw \\n "x"' }],
    ['{"app.kubernetes.io/name"="cart"}', { 'app.kubernetes.io/name': 'cart' }],
    ['{a="x}, b=\\"y", c="},{"}', { a: 'x}, b="y', c: '},{' }],
  ])('%s are read', (text, labels) => {
    expect(labelsOf(text)).toEqual(labels)
  })

  test.each([
    '',
    '{',
    '{a}',
    '{a=}',
    '{a=b}',
    "{a='b'}",
    '{a="b}',
    '{a="b" c="d"}',
    '{a="b",,}',
    '{,}',
    '{1a="b"}',
    '{a="b"} x',
    '{a="b"}{c="d"}',
    '{a="line\nbreak"}',
    String.raw`{a="\q"}`,
    String.raw`{a="\'"}`,
    String.raw`{a="\ud800"}`,
    String.raw`{a="\U00110000"}`,
    String.raw`{a="\400"}`,
    String.raw`{a="\x4"}`,
    '{a!="b"}',
    '{a=~"b"}',
  ])('%j are refused, with the place', (text) => {
    expect(labelsOf(text)).toMatch(/^expected .+ at character \d+, found /)
  })

  test('a million of them take no time with the square of their number', () => {
    const text = `{${Array.from({ length: 1_000_000 }, (_, i) => `l${i}="v"`).join(',')}}`
    let count = 0
    expect(readLabels(text, () => count++)).toBeUndefined()
    expect(count).toBe(1_000_000)
  })
})

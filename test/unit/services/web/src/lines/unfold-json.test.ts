import { expect, test } from 'vitest'
import { unfoldedJson } from '#web/lines/unfold-json.ts'

test('an object has a member on each line, and its text as it was', () =>
  expect(unfoldedJson(String.raw`{"id":9007199254740993,"p":1.50,"s":"a,{\"b\": 1}","e":{},"l":[1,[]],"u":"\u00e9"}`)).toBe(
    String.raw`{
  "id": 9007199254740993,
  "p": 1.50,
  "s": "a,{\"b\": 1}",
  "e": {},
  "l": [
    1,
    []
  ],
  "u": "\u00e9"
}`,
  ))

test('JSON may end a text', () => expect(unfoldedJson('10:00 INFO {"a":1}')).toBe('{\n  "a": 1\n}'))

test.each(['plain', '{}', '[]', '{"a":', '{a} b', '[error] no', '{"a":1} then', '1', '"a"'])('%j stays as it is', (text) =>
  expect(unfoldedJson(text)).toBeUndefined(),
)

test('brackets within brackets do not become gigabytes', () => {
  const depth = 4000
  const text = unfoldedJson('[1,'.repeat(depth) + '1' + ']'.repeat(depth))
  expect(text?.length ?? 0).toBeLessThan(depth * 150)
})

test('a long text stays folded', () => expect(unfoldedJson(`{"a":"${'x'.repeat(200_000)}"}`)).toBeUndefined())

import { expect, test } from 'vitest'
import { choicesOf, listOf, oneOf, parseSearch, stringifySearch, without } from '#web/search-params.ts'

test('lists are repeated parameters, in words that a person may change', () => {
  const search = { namespace: ['shop', 'a b'], from: '-1h', q: '"x" & y=1', empty: '', none: undefined }
  expect(stringifySearch(search)).toBe('?namespace=shop&namespace=a+b&from=-1h&q=%22x%22+%26+y%3D1')
  expect(parseSearch(stringifySearch(search))).toEqual({ namespace: ['shop', 'a b'], from: '-1h', q: '"x" & y=1' })
  expect(stringifySearch({})).toBe('')
})

test('what stands once is the last of several, and what is no choice is left out', () => {
  const search = parseSearch('?tz=local&tz=utc&outcome=crashed&outcome=%3Cscript%3E&__proto__=x')
  expect(oneOf(search, 'tz')).toBe('utc')
  expect(listOf(search, 'tz')).toEqual(['local', 'utc'])
  expect(listOf(search, 'missing')).toBeUndefined()
  expect(choicesOf(search, 'outcome', ['crashed', 'evicted'])).toEqual(['crashed'])
  expect(without(search, 'outcome')).not.toHaveProperty('outcome')
})

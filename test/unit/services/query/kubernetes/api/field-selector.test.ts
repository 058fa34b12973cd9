import { expect, test } from 'vitest'
import { matchesFields, parseFieldSelector, requiredValue } from '#query/kubernetes/api/field-selector.ts'

const fields = ['metadata.name', 'status.phase']
const term = (field: string, equal: boolean, value: string) => ({ field, equal, value })

test.each([
  ['', []],
  ['status.phase=Running', [term('status.phase', true, 'Running')]],
  ['status.phase==Running,', [term('status.phase', true, 'Running')]],
  ['status.phase!=Running,metadata.name=', [term('status.phase', false, 'Running'), term('metadata.name', true, '')]],
  ['metadata.name=a\\,b\\=c\\\\', [term('metadata.name', true, 'a,b=c\\')]],
])('%j is read', (text, terms) => {
  expect(parseFieldSelector(text, fields)).toEqual(terms)
})

test.each([
  ['status.phase', "can't understand 'status.phase'"],
  ['spec.color=red', 'field label not supported: spec.color'],
  ['metadata.name=a=b', "'=' are written behind"],
  ['metadata.name=a\\', 'are written behind'],
])('%j is a 400 that says why', (text, why) => {
  expect(() => parseFieldSelector(text, fields)).toThrow(
    expect.objectContaining({ code: 400, message: expect.stringContaining(why) }),
  )
})

test('all terms must hold', () => {
  const terms = parseFieldSelector('status.phase!=Running,metadata.name=web-0', fields)
  expect(requiredValue(terms, 'metadata.name')).toBe('web-0')
  expect(requiredValue(terms, 'status.phase')).toBeUndefined()
  const pod = (phase: string, name: string) => (field: string) => (field === 'status.phase' ? phase : name)
  expect(matchesFields(terms, pod('Failed', 'web-0'))).toBe(true)
  expect(matchesFields(terms, pod('Running', 'web-0'))).toBe(false)
  expect(matchesFields(terms, pod('Failed', 'web-1'))).toBe(false)
})

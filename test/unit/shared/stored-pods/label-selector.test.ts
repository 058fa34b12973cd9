import { expect, test } from 'vitest'
import { LabelSelectorError, matchesLabels, parseLabelSelector } from '#shared/stored-pods/label-selector.ts'

test.each([
  ['', []],
  ['  ', []],
  ['app=cart', [{ operator: 'in', key: 'app', values: ['cart'] }]],
  [' app == cart ', [{ operator: 'in', key: 'app', values: ['cart'] }]],
  ['app=', [{ operator: 'in', key: 'app', values: [''] }]],
  [
    'app=,tier',
    [
      { operator: 'in', key: 'app', values: [''] },
      { operator: 'exists', key: 'tier' },
    ],
  ],
  ['app!=cart', [{ operator: 'notin', key: 'app', values: ['cart'] }]],
  [
    'app in (cart, web),!canary',
    [
      { operator: 'in', key: 'app', values: ['cart', 'web'] },
      { operator: 'absent', key: 'canary' },
    ],
  ],
  ['app notin (cart,)', [{ operator: 'notin', key: 'app', values: ['cart', ''] }]],
  ['example.com/level>5', [{ operator: 'greater', key: 'example.com/level', bound: 5n }]],
  ['level<-5', [{ operator: 'less', key: 'level', bound: -5n }]],
  ['app=in', [{ operator: 'in', key: 'app', values: ['in'] }]],
])('%j is read', (text, requirements) => {
  expect(parseLabelSelector(text)).toEqual(requirements)
})

test.each([
  ['a=b,', "found '', expected: identifier after ','"],
  [',a=b', "found ',', expected: !, identifier"],
  ['a=b,,c', "found ',', expected: !, identifier"],
  ['a b', "found 'b', expected: in, notin, =, ==, !=, gt, lt, or ','"],
  ['a=b c', "found 'c', expected: ',' or 'end of string'"],
  ['a=(b)', "found '(', expected: identifier"],
  ['a in b', "found 'b', expected: '('"],
  ['a in (b', "found '', expected: ',', ')' or identifier"],
  ['a in (b c)', "found 'c', expected: ',' or ')'"],
  ['a in ()', "values set can't be empty"],
  ['a>x', 'the value must be an integer'],
  ['-a=b', 'must be a qualified name'],
  ['UPPER.example/a=b', 'must be a qualified name'],
  ['a/b/c=d', 'must be a qualified name'],
  [`${'a'.repeat(64)}=b`, 'must be a qualified name'],
  [`a=${'b'.repeat(64)}`, 'up to 63'],
  ['a=b\0', 'up to 63'],
])('%j is refused with a reason', (text, why) => {
  expect(() => parseLabelSelector(text)).toThrow(LabelSelectorError)
  expect(() => parseLabelSelector(text)).toThrow(why)
})

test.each([
  ['app=cart', true],
  ['app=web', false],
  ['app!=web', true],
  ['nothing!=web', true],
  ['nothing=', false],
  ['empty=', true],
  ['app in (web,cart),empty', true],
  ['!app', false],
  ['!constructor', true],
  ['level>4', true],
  ['level>5', false],
  ['level<6,level>4', true],
  ['app>4', false],
])('%j of the labels of a pod: %s', (text, matches) => {
  expect(matchesLabels(parseLabelSelector(text), { app: 'cart', empty: '', level: '5' })).toBe(matches)
})

test.each([
  ['9223372036854775807', true],
  ['9223372036854775808', false],
  ['-9223372036854775809', false],
  ['five', false],
])('a number of 64 bits is compared, others are not: %s', (level, matches) => {
  expect(matchesLabels(parseLabelSelector('level>5'), { level })).toBe(matches)
})

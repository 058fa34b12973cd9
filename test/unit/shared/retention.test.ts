import { expect, test } from 'vitest'
import { parseRetention } from '#shared/retention.ts'

test('the class of a line is the rule that names its namespace, else default', () => {
  const retention = parseRetention('default=14d, kube-system=3d,payments=2w')
  expect([retention.classOf('payments'), retention.classOf('shop')]).toEqual(['payments', 'default'])
  expect([retention.daysOf('payments'), retention.daysOf('kube-system'), retention.daysOf('default')]).toEqual([14, 3, 14])
})

test('a class whose rule is gone is kept as long as default', () => {
  expect(parseRetention('default=30d').daysOf('payments')).toBe(30)
})

test.each(['default', 'default=14', 'default=14m', 'a=1d,a=2d', '=3d', 'x=0d', 'x=999999y', 'a b=1d'])(
  '%j is refused with a sentence',
  (text) => {
    expect(() => parseRetention(text)).toThrow(/write namespace=14d|two rules|more than nothing/)
  },
)

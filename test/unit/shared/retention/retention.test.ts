import { expect, test } from 'vitest'
import { lastWordsText, parseLastWords, parseRetention, retentionText } from '#shared/retention/retention.ts'

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

test('rules and last words are read back as they were written', () => {
  expect(retentionText(parseRetention('kube-system=36h,default=2w,audit=1y'))).toBe('default=14d,kube-system=36h,audit=365d')
  expect(lastWordsText(parseLastWords('keep=1y,first=90s'))).toBe('first=90s,last=15m,keep=365d')
  expect(parseLastWords(lastWordsText(parseLastWords('last=1h')))).toEqual(parseLastWords('last=60m'))
})

test.each(['first=0m', 'last=25h', 'keep=0d', 'keep=101y', 'keep=180', 'middle=5m', 'first'])(
  'last words %j are refused with a sentence',
  (text) => {
    expect(() => parseLastWords(text)).toThrow(/must be a time such as|not one of first=5m|at most 100 years/)
  },
)

test('the name of the class of last words is no name of a rule', () => {
  expect(() => parseRetention('last_words=1d')).toThrow(/is not a rule/)
})

import { expect, test } from 'vitest'
import { batch, logRows, record } from '#test/support/decode.ts'

const row = (more: object) => {
  const decoded = batch({ ...record, ...more })
  expect(decoded.rejects).toEqual([])
  return logRows(decoded)[0]!
}

test.each([
  ['WARNING', 'warn'],
  [' err ', 'error'],
  ['Emergency', 'fatal'],
  [3, 'error'],
  ['7', 'debug'],
  [50, 'error'],
  [500, 'error'],
  ['INFO2', 'info'],
])('the severity %j is %s, and no attribute', (severity, name) => {
  expect(row({ severity, message: 'level=trace' })).toMatchObject({ severity: name, attributes: {} })
})

test.each([
  ['loud', 'loud'],
  [99, '99'],
  [-1, '-1'],
  [1.5, '1.5'],
  [true, 'true'],
  [{ number: 17 }, '{"number":17}'],
  [['error'], '["error"]'],
  ['"quoted" \\ é', '"quoted" \\ é'],
])('the unknown severity %j is kept as an attribute, and the text is read', (severity, text) => {
  expect(row({ severity, message: 'ERROR x' })).toMatchObject({ severity: 'error', attributes: { severity: text } })
  expect(row({ severity, message: 'x', attributes: { a: 1 } })).toMatchObject({
    severity: '',
    attributes: { a: '1', severity: text },
  })
})

test('an attribute that was sent is never overwritten', () => {
  const sent = { severity: 'mine', x: '"severity":"' }
  expect(row({ severity: 'loud', attributes: sent }).attributes).toEqual({ ...sent, 'afterlog.severity': 'loud' })
  const both = { severity: 'a', 'afterlog.severity': 'b' }
  expect(row({ severity: 'loud', attributes: both }).attributes).toEqual({ ...both, 'afterlog.severity.2': 'loud' })
  const all = { ...both, ...Object.fromEntries([2, 3, 4, 5, 6, 7, 8, 9].map((i) => [`afterlog.severity.${i}`, 'x'])) }
  expect(row({ severity: 'loud', attributes: all }).attributes).toEqual({ ...all, 'afterlog.severity.10': 'loud' })
  const { 'afterlog.severity.7': _, ...without } = { ...all, 'afterlog.severity.7': 'x' }
  expect(row({ severity: 'loud', attributes: without }).attributes).toEqual({ ...without, 'afterlog.severity.7': 'loud' })
})

test('nothing that was sent as severity is no attribute', () => {
  for (const severity of [null, '', '  ']) expect(row({ severity }).attributes).toEqual({})
})

test('a severity that makes the attributes too large is cut with them', () => {
  expect(row({ severity: 'x'.repeat(300_000) }).attributes).toEqual({
    'afterlog.cut': expect.stringMatching(/^300015 bytes were left out, SHA-256 [0-9a-f]{16}$/) as string,
  })
})

test('a record behind one with an unknown severity has none of it', () => {
  expect(logRows(batch({ ...record, severity: 'loud' }, record)).map(({ attributes }) => attributes)).toEqual([
    { severity: 'loud' },
    {},
  ])
})

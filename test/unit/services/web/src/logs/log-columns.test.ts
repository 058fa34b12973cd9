import { expect, test } from 'vitest'
import { attributeColumn, columnText, standardColumns, withColumn } from '#web/logs/log-columns.ts'

const line = {
  time: '2026-11-23T10:02:03.500000000Z',
  cluster: 'prod-eu',
  namespace: 'shop',
  pod: 'cart-7d9f-x2x9k',
  podUid: null,
  container: 'app',
  restart: 0,
  node: 'node-7',
  stream: 'stderr',
  severity: 'error',
  message: 'refused',
  offset: 130,
  containerId: '',
  unit: '',
  partial: false,
  traceId: '',
  spanId: '',
  labels: { app: 'cart' },
  attributes: { status: '502', time: '10:00', 'labels.app': 'x' },
}

test.each([
  ['pod', 'cart-7d9f-x2x9k'],
  ['podUid', ''],
  ['restart', '0'],
  ['labels.app', 'cart'],
  ['status', '502'],
  ['attributes.status', '502'],
  ['attributes.time', '10:00'],
  ['attributes.labels.app', 'x'],
  ['constructor', ''],
  ['labels.toString', ''],
])('the column %s has %j', (column, text) => expect(columnText(line, column)).toBe(text))

test('a column comes before the message, the time first, and goes again', () => {
  expect(withColumn(standardColumns, 'status')).toEqual(['time', 'pod', 'container', 'status', 'message'])
  expect(withColumn(['message'], 'time')).toEqual(['time', 'message'])
  expect(withColumn(['time', 'pod', 'message'], 'pod')).toEqual(['time', 'message'])
})

test('the standard columns need no address', () => {
  expect(withColumn(['time', 'pod', 'container'], 'message')).toBeUndefined()
  expect(withColumn(['message'], 'message')).toBeUndefined()
})

test.each(['status', 'time', 'pod', 'restart', 'labels.app', 'message', 'attributes.x'])(
  'the attribute %s has a column that is no other',
  (key) => {
    const attributes = { [key]: 'mine' }
    expect(columnText({ ...line, attributes }, attributeColumn(key))).toBe('mine')
  },
)

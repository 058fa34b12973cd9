import { expect, test } from 'vitest'
import { deadLetterJson, type LetterRow } from '#query/dead-letters/dead-letter-json.ts'

const row: LetterRow = {
  id: '18446744073709551615',
  origin: 'http:/v1/batches#3',
  reason: 'too-old',
  detail: 'd',
  payload: Buffer.from('p').toString('base64'),
  cluster: 'c',
  node: '',
  agent: '',
  format: '',
  truncated: 0,
}

test('a letter over HTTP has no place in Kafka; one of before its format was kept has that of its route', () => {
  expect(deadLetterJson(row, 1n, undefined)).toEqual({
    id: '18446744073709551615',
    time: '1970-01-01T00:00:00.000000001Z',
    origin: 'http:/v1/batches#3',
    topic: null,
    partition: null,
    offset: null,
    reason: 'd',
    code: 'too-old',
    format: 'native',
    cluster: 'c',
    node: '',
    agent: '',
    payload: 'p',
    truncated: false,
    replayedAt: null,
  })
  expect(deadLetterJson({ ...row, origin: 'http:/v1/lifecycle#0' }, 1n, undefined).format).toBe('lifecycle')
  expect(deadLetterJson({ ...row, origin: 'http:/v1/other#0' }, 1n, undefined).format).toBeNull()
})

test('a letter of Kafka says topic, partition and offset', () => {
  const origin = 'kafka:afterlog.logs/2@1181#0'
  expect(deadLetterJson({ ...row, origin, format: 'lifecycle', truncated: 1 }, 1n, 2n)).toMatchObject({
    topic: 'afterlog.logs',
    partition: 2,
    offset: 1181,
    format: 'lifecycle',
    truncated: true,
    replayedAt: '1970-01-01T00:00:00.000000002Z',
  })
})

import { expect, test } from 'vitest'
import { describeKafkaError, protocolErrorOf } from '#shared/kafka/protocol-error.ts'

const tooLarge = Object.assign(new Error('too large'), { type: 'MESSAGE_TOO_LARGE' })

test('the name that the broker gave is found under retries and in aggregates', () => {
  expect(protocolErrorOf(tooLarge)).toBe('MESSAGE_TOO_LARGE')
  expect(protocolErrorOf(new Error('gave up', { cause: new Error('again', { cause: tooLarge }) }))).toBe('MESSAGE_TOO_LARGE')
  expect(protocolErrorOf(new AggregateError([tooLarge]))).toBe('MESSAGE_TOO_LARGE')
})

test('a failure that no broker answered has none', () => {
  expect(protocolErrorOf(new Error('connect ECONNREFUSED'))).toBeUndefined()
  expect(protocolErrorOf(undefined)).toBeUndefined()
  const circle = new Error('circle')
  circle.cause = circle
  expect(protocolErrorOf(circle)).toBeUndefined()
})

test('a sentence names it once', () => {
  expect(describeKafkaError(tooLarge)).toBe('too large (MESSAGE_TOO_LARGE)')
  expect(describeKafkaError(new Error('MESSAGE_TOO_LARGE', { cause: tooLarge }))).toBe('MESSAGE_TOO_LARGE')
  expect(describeKafkaError('text')).toBe('text')
})

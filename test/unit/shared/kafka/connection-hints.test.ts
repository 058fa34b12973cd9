import { expect, test } from 'vitest'
import { connectionHint } from '#shared/kafka/connection-hints.ts'
import { describeKafkaError } from '#shared/kafka/protocol-error.ts'

test.each([
  ['SASL SCRAM SHA512 authentication failed: invalid credentials', /AFTERLOG_KAFKA_SASL_PASSWORD/],
  ['The broker does not support the requested SASL mechanism', /do not offer this AFTERLOG_KAFKA_SASL_MECHANISM/],
  ['SASL PLAIN mechanism is not supported by the server', /do not offer this AFTERLOG_KAFKA_SASL_MECHANISM/],
  ['Connection error: self-signed certificate in certificate chain', /NODE_EXTRA_CA_CERTS/],
  ['Connection error: unable to get local issuer certificate', /NODE_EXTRA_CA_CERTS/],
  ['Connection error: certificate has expired', /has expired$/],
  ['Closed connection', /AFTERLOG_KAFKA_SSL.*or are stopping/],
])('%s: says what to change', (message, hint) => {
  expect(connectionHint(message)).toMatch(hint)
})

test.each(['Connection error: connect ECONNREFUSED 127.0.0.1:9092', 'Connection timeout', 'no answer within 10000 ms'])(
  '%s: says enough by itself',
  (message) => {
    expect(connectionHint(message)).toBeUndefined()
  },
)

test('the sentence comes first, what was said after it', () => {
  expect(describeKafkaError(new Error('Connection error: certificate has expired'))).toBe(
    "the brokers' certificate has expired: Connection error: certificate has expired",
  )
})

import { Kafka } from 'kafkajs'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createKafkaClient, retryForever } from '#shared/kafka/client.ts'
import { saslMechanisms } from '#shared/kafka/settings.ts'

const log = pino({ level: 'silent' })
const config = { AFTERLOG_KAFKA_BROKERS: ['127.0.0.1:9'], AFTERLOG_KAFKA_SSL: false, AFTERLOG_KAFKA_CLIENT_ID: 'afterlog' }

test.each(saslMechanisms)('%s is a mechanism that kafkajs knows', (mechanism) => {
  const kafka = createKafkaClient({
    config: {
      ...config,
      AFTERLOG_KAFKA_SSL: true,
      AFTERLOG_KAFKA_SASL_MECHANISM: mechanism,
      AFTERLOG_KAFKA_SASL_USERNAME: 'user',
      AFTERLOG_KAFKA_SASL_PASSWORD: 'secret',
    },
    log,
  })
  expect(kafka).toBeInstanceOf(Kafka)
})

test('no brokers is a mistake of the program, said by name', () => {
  expect(() => createKafkaClient({ config: { ...config, AFTERLOG_KAFKA_BROKERS: undefined }, log })).toThrow(
    'AFTERLOG_KAFKA_BROKERS',
  )
})

test('a consumer that crashed is started again, whatever it crashed of', async () => {
  expect(await retryForever.restartOnFailure()).toBe(true)
})

// Makes all kafkajs clients, with brokers, TLS, SASL, retries and log from the configuration. Nothing connects here.
import { Kafka, type KafkaConfig, type SASLOptions } from 'kafkajs'
import { registerCodecs } from './codecs.ts'
import { kafkaLogCreator, kafkaLogLevel } from './kafka-logger.ts'
import type { SaslMechanism } from './settings.ts'
import type { Logger } from '#shared/logger.ts'

/** The variables for the brokers and the login; see docs/configuration.md. */
export interface KafkaClientConfig {
  AFTERLOG_KAFKA_BROKERS?: readonly string[] | undefined
  AFTERLOG_KAFKA_SSL: boolean
  AFTERLOG_KAFKA_SASL_MECHANISM?: SaslMechanism | undefined
  AFTERLOG_KAFKA_SASL_USERNAME?: string | undefined
  AFTERLOG_KAFKA_SASL_PASSWORD?: string | undefined
  AFTERLOG_KAFKA_CLIENT_ID: string
}

/**
 * Outlasts any outage, for consumers and admin. With kafkajs' default of 5 retries, 40 s without a broker are a crash
 * loop.
 */
export const retryForever = {
  initialRetryTime: 200,
  maxRetryTime: 2000,
  retries: 1_000_000,
  restartOnFailure: async (): Promise<boolean> => true,
}

/**
 * Fails within seconds, for callers with a deadline, which retry themselves. An idempotent producer needs at least one
 * retry.
 */
export const retryBriefly = { initialRetryTime: 100, maxRetryTime: 1000, retries: 2 }

/**
 * `retry` and `requestTimeoutMs` apply to every consumer, producer and admin of the client. Throws where no broker is
 * configured.
 */
export function createKafkaClient({
  config,
  log,
  retry = retryForever,
  requestTimeoutMs = 30_000,
}: {
  config: KafkaClientConfig
  log: Logger
  retry?: NonNullable<KafkaConfig['retry']>
  requestTimeoutMs?: number
}): Kafka {
  const brokers = config.AFTERLOG_KAFKA_BROKERS
  if (brokers === undefined) throw new Error('AFTERLOG_KAFKA_BROKERS is not set: name the brokers as host:port,…')
  registerCodecs()
  const sasl = saslOptions(config)
  return new Kafka({
    brokers: [...brokers],
    clientId: config.AFTERLOG_KAFKA_CLIENT_ID,
    ssl: config.AFTERLOG_KAFKA_SSL,
    ...(sasl === undefined ? {} : { sasl }),
    connectionTimeout: 5000,
    authenticationTimeout: 10_000,
    requestTimeout: requestTimeoutMs,
    retry,
    logLevel: kafkaLogLevel(log),
    logCreator: kafkaLogCreator({ log }),
  })
}

function saslOptions(config: KafkaClientConfig): SASLOptions | undefined {
  const mechanism = config.AFTERLOG_KAFKA_SASL_MECHANISM
  if (mechanism === undefined) return undefined
  const username = config.AFTERLOG_KAFKA_SASL_USERNAME ?? ''
  const password = config.AFTERLOG_KAFKA_SASL_PASSWORD ?? ''
  return { mechanism, username, password }
}

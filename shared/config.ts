// Configuration: environment variables, which `readConfig` parses once and completely. Only a main.ts calls it. Every
// variable is a row of docs/configuration.md; a test compares the two.
import { z } from 'zod'
import {
  bool,
  identifier,
  isServiceLink,
  logLevels,
  MiB,
  parseVariables,
  readBy,
  text,
  url,
  whole,
  ConfigError,
  type Values,
} from './variables.ts'
import { parseBrokers, parseTopics, saslMechanisms } from './kafka/settings.ts'
import { adminTokenPattern, adminTokenRule } from './http/admin-token.ts'
import { parseHostNames } from './http/allowed-hosts.ts'
import { parseOrigins } from './allowed-origins.ts'
import { parseListenAddress } from './listen-address.ts'
import { parseDays, parseLastWords, parseRetention } from '#shared/retention/retention.ts'

/** Each variable with its schema and its default as written in the environment. Without a default it is unset. */
export const variables = {
  AFTERLOG_HTTP_HOST: { schema: text.min(1, 'must name a host'), default: '127.0.0.1' },
  AFTERLOG_HTTP_PORT: { schema: whole(0, 65_535), default: '8080' },
  AFTERLOG_LISTEN_OTLP_GRPC: { schema: readBy(parseListenAddress), default: undefined },
  AFTERLOG_LISTEN_SYSLOG: { schema: readBy(parseListenAddress), default: undefined },
  AFTERLOG_LISTEN_FORWARD: { schema: readBy(parseListenAddress), default: undefined },
  AFTERLOG_FORWARD_SHARED_KEY: { schema: text, default: undefined, secret: true },
  AFTERLOG_ALLOWED_HOSTS: { schema: readBy(parseHostNames), default: undefined },
  AFTERLOG_CORS_ORIGINS: { schema: readBy(parseOrigins), default: undefined },
  AFTERLOG_ADMIN_TOKEN: {
    schema: z.string().regex(adminTokenPattern, adminTokenRule),
    default: undefined,
    secret: true,
  },
  AFTERLOG_DATA_DIR: { schema: text.min(1, 'must name a directory'), default: './data' },
  AFTERLOG_CLICKHOUSE_URL: { schema: url, default: undefined },
  AFTERLOG_CLICKHOUSE_USER: { schema: text, default: 'default' },
  AFTERLOG_CLICKHOUSE_PASSWORD: { schema: text, default: '', secret: true },
  AFTERLOG_CLICKHOUSE_DATABASE: { schema: identifier, default: 'afterlog' },
  AFTERLOG_CLICKHOUSE_CLUSTER: { schema: identifier, default: undefined },
  AFTERLOG_KAFKA_BROKERS: { schema: readBy(parseBrokers), default: undefined },
  AFTERLOG_KAFKA_SSL: { schema: bool, default: 'false' },
  AFTERLOG_KAFKA_SASL_MECHANISM: {
    schema: z.enum(saslMechanisms, `must be one of ${saslMechanisms.join(', ')}`),
    default: undefined,
  },
  AFTERLOG_KAFKA_SASL_USERNAME: { schema: text, default: undefined },
  AFTERLOG_KAFKA_SASL_PASSWORD: { schema: text, default: undefined, secret: true },
  AFTERLOG_KAFKA_CLIENT_ID: {
    schema: text.regex(/^[\w.-]+$/, 'must be letters, digits, dots, dashes and underscores'),
    default: 'afterlog',
  },
  AFTERLOG_KAFKA_GROUP: { schema: text.min(1, 'must name a consumer group'), default: 'afterlog' },
  AFTERLOG_KAFKA_TOPICS: { schema: readBy(parseTopics), default: 'afterlog.logs:native,afterlog.lifecycle:lifecycle' },
  AFTERLOG_KAFKA_TOPIC_PARTITIONS: { schema: whole(1, 10_000), default: '6' },
  AFTERLOG_KAFKA_TOPIC_REPLICATION: { schema: whole(1, 100), default: undefined },
  AFTERLOG_KAFKA_TOPIC_RETENTION: { schema: readBy(parseDays), default: '7d' },
  AFTERLOG_KUBERNETES: { schema: text, default: undefined },
  AFTERLOG_CLUSTER: { schema: z.string().max(253), default: '' },
  AFTERLOG_RETENTION: { schema: readBy(parseRetention), default: 'default=14d' },
  AFTERLOG_LAST_WORDS: { schema: readBy(parseLastWords), default: 'first=5m,last=15m,keep=180d' },
  AFTERLOG_FSYNC: { schema: bool, default: 'false' },
  AFTERLOG_BODY_BYTES_MAX: { schema: whole(1024, 1024 * MiB), default: String(32 * MiB) },
  AFTERLOG_INFLIGHT_BYTES_MAX: { schema: whole(MiB, 16_384 * MiB), default: String(128 * MiB) },
  AFTERLOG_FLUSH_INTERVAL_MS: { schema: whole(0, 60_000), default: undefined },
  AFTERLOG_QUERY_TIME_MS: { schema: whole(100, 3_600_000), default: '30000' },
  AFTERLOG_QUERY_MEMORY_BYTES: { schema: whole(16 * MiB, 1024 * 1024 * MiB), default: String(1024 * MiB) },
  AFTERLOG_QUERY_ROWS_MAX: { schema: whole(1000, 1_000_000_000_000_000), default: '2000000000' },
  AFTERLOG_QUERY_READ_BYTES_MAX: { schema: whole(MiB, 1024 * 1024 * 1024 * MiB), default: String(256 * 1024 * MiB) },
  AFTERLOG_QUERY_CONCURRENCY: { schema: whole(1, 64), default: '4' },
  AFTERLOG_QUERY_QUEUE_MAX: { schema: whole(1, 100_000), default: '2048' },
  AFTERLOG_ANSWER_BYTES_MAX: { schema: whole(MiB, 1024 * 1024 * MiB), default: String(256 * MiB) },
  AFTERLOG_LOG_LEVEL: { schema: z.enum(logLevels, `must be one of ${logLevels.join(', ')}`), default: 'info' },
} as const

export type VariableName = keyof typeof variables
/** The parsed configuration, by variable name. */
export type Config = Values<typeof variables>

export interface ReadConfigResult {
  config: Config
  /**
   * Variables that begin with AFTERLOG_ and have no meaning: a typing error, or those that Kubernetes sets for a
   * Service.
   */
  unknown: readonly string[]
}

/** Parses an environment. Throws ConfigError with every problem at once. An empty value counts as unset. */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  defaults: Partial<Record<VariableName, string>> = {},
): ReadConfigResult {
  const { config, problems } = parseVariables(variables, env, defaults)
  if (problems.length === 0) problems.push(...contradictions(config))
  if (problems.length > 0) throw new ConfigError(problems)
  const unknown = Object.keys(env).filter(
    (name) => name.startsWith('AFTERLOG_') && !(name in variables) && !isForeign(name, env[name]),
  )
  return { config: config as Config, unknown }
}

/**
 * Whether the variable belongs to the tests, the importer or the agent, or is set by Kubernetes for a Service named
 * like ours.
 */
function isForeign(name: string, value = ''): boolean {
  return (
    /^AFTERLOG_(TEST_\w+|AGENT_\w+|URL|PORT)$/.test(name) ||
    /^AFTERLOG_(\w+_)?(PORT_\d+_(TCP|UDP)(_\w+)?|SERVICE_(HOST|PORT)(_\w+)?)$/.test(name) ||
    isServiceLink(value)
  )
}

/** Returns problems of variables together that none of them has alone. */
function contradictions(config: Partial<Config>): string[] {
  const { AFTERLOG_KAFKA_SASL_MECHANISM: mechanism, AFTERLOG_KAFKA_SASL_USERNAME: user } = config
  const { AFTERLOG_KAFKA_SASL_PASSWORD: password } = config
  if (mechanism !== undefined && (user === undefined || password === undefined))
    return ['AFTERLOG_KAFKA_SASL_MECHANISM needs AFTERLOG_KAFKA_SASL_USERNAME and AFTERLOG_KAFKA_SASL_PASSWORD']
  if (mechanism === undefined && (user !== undefined || password !== undefined))
    return [
      'AFTERLOG_KAFKA_SASL_USERNAME and AFTERLOG_KAFKA_SASL_PASSWORD need AFTERLOG_KAFKA_SASL_MECHANISM: ' +
        saslMechanisms.join(', '),
    ]
  return []
}

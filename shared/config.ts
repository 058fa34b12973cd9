// Configuration: environment variables, which `readConfig` parses once and completely. Only a main.ts calls it. Every
// variable is a row of docs/configuration.md; a test compares the two.
import { z } from 'zod'
import { parseBrokers, parseTopics, saslMechanisms } from './kafka/settings.ts'
import { adminTokenPattern, adminTokenRule } from './http/admin-token.ts'
import { parseHostNames } from './http/allowed-hosts.ts'
import { parseListenAddress } from './listen-address.ts'
import { parseDays, parseLastWords, parseRetention } from '#shared/retention/retention.ts'

/** An integer in digits: a duration in ms, a size in bytes, and so on. */
const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be between ${min} and ${max}`)
const bool = z
  .enum(['true', 'false', '1', '0'], 'must be true or false')
  .transform((value) => value === 'true' || value === '1')
const text = z.string().max(4096)
const identifier = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'must be letters, digits and underscores')
const url = z
  .string()
  .refine((value) => /^https?:$/.test(URL.parse(value)?.protocol ?? ''), 'must be an http:// or https:// URL')
const MiB = 1024 * 1024
/** A value that a function parses, whose Error says what is wrong. */
const readBy = <T>(parse: (value: string) => T) =>
  z.string().transform((value, context): T => {
    try {
      return parse(value)
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message })
      return z.NEVER
    }
  })

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** Each variable with its schema and its default as written in the environment. Without a default it is unset. */
export const variables = {
  AFTERLOG_HTTP_HOST: { schema: text.min(1, 'must name a host'), default: '127.0.0.1' },
  AFTERLOG_HTTP_PORT: { schema: whole(0, 65_535), default: '8080' },
  AFTERLOG_LISTEN_OTLP_GRPC: { schema: readBy(parseListenAddress), default: undefined },
  AFTERLOG_LISTEN_SYSLOG: { schema: readBy(parseListenAddress), default: undefined },
  AFTERLOG_LISTEN_FORWARD: { schema: readBy(parseListenAddress), default: undefined },
  AFTERLOG_FORWARD_SHARED_KEY: { schema: text, default: undefined, secret: true },
  AFTERLOG_ALLOWED_HOSTS: { schema: readBy(parseHostNames), default: undefined },
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
  AFTERLOG_ANSWER_BYTES_MAX: { schema: whole(MiB, 1024 * 1024 * MiB), default: String(256 * MiB) },
  AFTERLOG_LOG_LEVEL: { schema: z.enum(logLevels, `must be one of ${logLevels.join(', ')}`), default: 'info' },
} as const

export type VariableName = keyof typeof variables
type Variable = { schema: z.ZodType; default: string | undefined; secret?: boolean }

type Value<N extends VariableName> = (typeof variables)[N] extends {
  schema: infer S extends z.ZodType
  default: infer D
}
  ? z.output<S> | (D extends undefined ? undefined : never)
  : never
/** The parsed configuration, by variable name. */
export type Config = { readonly [N in VariableName]: Value<N> }

/** All problems of an environment, one line per variable. Secret values are never repeated. */
export class ConfigError extends Error {
  readonly problems: readonly string[]
  constructor(problems: readonly string[]) {
    super(
      ['the configuration is wrong:', ...problems.map((problem) => `  ${problem}`), 'See docs/configuration.md.'].join(
        '\n',
      ),
    )
    this.name = 'ConfigError'
    this.problems = problems
  }
}

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
  const problems: string[] = []
  const config: Record<string, unknown> = {}
  for (const [name, variable] of Object.entries(variables) as [VariableName, Variable][]) {
    const given = env[name] === undefined || env[name] === '' ? (defaults[name] ?? variable.default) : env[name]
    if (given === undefined) {
      config[name] = undefined
      continue
    }
    const parsed = variable.schema.safeParse(given)
    if (parsed.success) config[name] = parsed.data
    else {
      const valueText = variable.secret === true ? '' : ` (it is ${JSON.stringify(withoutUser(given).slice(0, 200))})`
      const hint = isServiceLink(given) ? `; ${serviceLinkHint}` : ''
      problems.push(`${name} ${parsed.error.issues.map((issue) => issue.message).join('; ')}${valueText}${hint}`)
    }
  }
  if (problems.length === 0) problems.push(...contradictions(config))
  if (problems.length > 0) throw new ConfigError(problems)
  const unknown = Object.keys(env).filter(
    (name) => name.startsWith('AFTERLOG_') && !(name in variables) && !isForeign(name, env[name]),
  )
  return { config: config as Config, unknown }
}

/** Hides the user and the password of a URL. */
const withoutUser = (value: string): string => value.replace(/\/\/[^/@]*@/, '//…@')

/** Whether the variable belongs to the tests or the importer, or is set by Kubernetes for a Service named like ours. */
function isForeign(name: string, value = ''): boolean {
  return (
    /^AFTERLOG_(TEST_\w+|URL|PORT)$/.test(name) ||
    /^AFTERLOG_(\w+_)?(PORT_\d+_(TCP|UDP)(_\w+)?|SERVICE_(HOST|PORT)(_\w+)?)$/.test(name) ||
    isServiceLink(value)
  )
}

/** `tcp://10.0.0.1:8080` is a value of NAME_PORT, which Kubernetes sets in every pod for a Service NAME. */
const isServiceLink = (value: string): boolean => /^(tcp|udp|sctp):\/\//.test(value)
const serviceLinkHint =
  'Kubernetes sets such a variable for a Service whose name begins with afterlog-: ' +
  'set enableServiceLinks: false in the spec of the pod'

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

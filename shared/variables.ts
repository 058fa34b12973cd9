// Reads variables of an environment by a table of their schemas: all problems at once, and no secret in any sentence.
import { z } from 'zod'

/** An integer in digits: a duration in ms, a size in bytes, and so on. */
export const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be between ${min} and ${max}`)
export const bool = z
  .enum(['true', 'false', '1', '0'], 'must be true or false')
  .transform((value) => value === 'true' || value === '1')
export const text = z.string().max(4096)
export const identifier = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'must be letters, digits and underscores')
export const url = z
  .string()
  .refine((value) => /^https?:$/.test(URL.parse(value)?.protocol ?? ''), 'must be an http:// or https:// URL')
export const MiB = 1024 * 1024
/** A value that a function parses, whose Error says what is wrong. */
export const readBy = <T>(parse: (value: string) => T) =>
  z.string().transform((value, context): T => {
    try {
      return parse(value)
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as Error).message })
      return z.NEVER
    }
  })

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

export interface Variable {
  schema: z.ZodType
  /** As written in the environment. Undefined: the variable may be unset. */
  default: string | undefined
  secret?: boolean
}

/** The parsed values of a table of variables. */
export type Values<T extends Readonly<Record<string, Variable>>> = {
  readonly [N in keyof T]: z.output<T[N]['schema']> | (T[N]['default'] extends undefined ? undefined : never)
}

/** All problems of an environment, one line per variable. Secret values are never repeated. */
export class ConfigError extends Error {
  readonly problems: readonly string[]
  constructor(problems: readonly string[], page = 'docs/configuration.md') {
    super(['the configuration is wrong:', ...problems.map((problem) => `  ${problem}`), `See ${page}.`].join('\n'))
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/** Parses the variables of a table. An empty value counts as unset. */
export function parseVariables(
  table: Readonly<Record<string, Variable>>,
  env: Readonly<Record<string, string | undefined>>,
  defaults: Readonly<Record<string, string | undefined>> = {},
): { config: Record<string, unknown>; problems: string[] } {
  const problems: string[] = []
  const config: Record<string, unknown> = {}
  for (const [name, variable] of Object.entries(table)) {
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
  return { config, problems }
}

/** Hides the user and the password of a URL. */
const withoutUser = (value: string): string => value.replace(/\/\/[^/@]*@/, '//…@')

/** `tcp://10.0.0.1:8080` is a value of NAME_PORT, which Kubernetes sets in every pod for a Service NAME. */
export const isServiceLink = (value: string): boolean => /^(tcp|udp|sctp):\/\//.test(value)
const serviceLinkHint =
  'Kubernetes sets such a variable for a Service whose name begins with afterlog-: ' +
  'set enableServiceLinks: false in the spec of the pod'

// The six severities, the words that mean them, and the word or number that a sender sends as a line's severity. What a
// text states is read by detect-severity.ts. docs/formats.md has the rules.

export type Severity = '' | 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'

export const severities: readonly Severity[] = ['', 'trace', 'debug', 'info', 'warn', 'error', 'fatal']

/** Words that state a severity wherever a level may stand. */
export const levelWords: Readonly<Record<string, Severity>> = {
  trace: 'trace',
  trc: 'trace',
  trce: 'trace',
  finest: 'trace',
  finer: 'trace',
  verbose: 'trace',
  debug: 'debug',
  dbg: 'debug',
  dbug: 'debug',
  info: 'info',
  inf: 'info',
  information: 'info',
  informational: 'info',
  notice: 'info',
  warn: 'warn',
  warning: 'warn',
  wrn: 'warn',
  error: 'error',
  err: 'error',
  eror: 'error',
  severe: 'error',
  fatal: 'fatal',
  ftl: 'fatal',
  panic: 'fatal',
  dpanic: 'fatal',
  crit: 'fatal',
  critical: 'fatal',
  emerg: 'fatal',
  emergency: 'fatal',
}

/** Words that also have a common meaning: they state a severity as the value of a field, in brackets, with a colon. */
export const fieldWords: Readonly<Record<string, Severity>> = {
  fine: 'debug',
  config: 'debug',
  log: 'info',
  note: 'info',
  system: 'info',
  normal: 'info',
  fail: 'error',
  alert: 'fatal',
}

const aliases: Readonly<Record<string, Severity>> = { ...levelWords, ...fieldWords }

/**
 * Returns the severity that a sender's word means, in any case and by any alias, or a number: of syslog (0 to 7), of
 * pino and bunyan (10 to 60), of Stackdriver (100 to 800). Returns '' for any other word.
 */
export function normaliseSeverity(word: string): Severity {
  const name = word.trim().toLowerCase()
  if (/^\d{1,3}$/.test(name))
    return severities[syslogLevel(Number(name)) || tensLevel(Number(name)) || hundredsLevel(Number(name))]!
  const [, alias] = /^([a-z]+)(?:[1-5]|[+-]\d+)?$/.exec(name) ?? []
  return alias !== undefined && Object.hasOwn(aliases, alias) ? aliases[alias]! : ''
}

// The numbers of each convention, as an index into `severities`, or 0.

export const syslogLevel = (value: number): number => (value < 8 ? [6, 6, 6, 5, 4, 3, 3, 2][value]! : 0)

/** 10 is trace and 60 fatal, as pino and bunyan have it. A number between is a level of one's own above the ten. */
export const tensLevel = (value: number): number => (value >= 10 && value < 70 ? Math.floor(value / 10) : 0)

/** Stackdriver: 100 is debug, 500 error, 800 emergency. */
export const hundredsLevel = (value: number): number =>
  value % 100 === 0 && value <= 800 ? [0, 2, 3, 3, 4, 5, 6, 6, 6][value / 100]! : 0

/** Monolog: 100 is debug, 250 notice, 400 error, 600 emergency. */
export const monologLevel = (value: number): number =>
  value % 50 === 0 && value >= 100 && value <= 600 ? [2, 3, 4, 5, 6, 6][Math.floor(value / 100) - 1]! : 0

/** Python's `levelno`: 10 is debug, 50 critical. */
export const pythonLevel = (value: number): number => (value < 60 ? [0, 2, 3, 4, 5, 6][Math.floor(value / 10)]! : 0)

/** OpenTelemetry: 1 to 4 is trace, 21 to 24 fatal. */
export const otelLevel = (value: number): number => (value >= 1 && value <= 24 ? Math.ceil(value / 4) : 0)

/** .NET: 0 is trace, 5 critical. */
export const dotnetLevel = (value: number): number => (value < 6 ? value + 1 : 0)

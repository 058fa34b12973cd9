// Severities as requests name them: the six words that lines have, and the aliases that people type for them.

const aliases: Readonly<Record<string, string>> = {
  '': '',
  trace: 'trace',
  verbose: 'trace',
  trc: 'trace',
  debug: 'debug',
  dbg: 'debug',
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
  severe: 'error',
  fatal: 'fatal',
  critical: 'fatal',
  crit: 'fatal',
  panic: 'fatal',
  emerg: 'fatal',
  emergency: 'fatal',
  alert: 'fatal',
}

/** The stored severity that a word names, whatever its case; undefined for a word that names none. */
export function filterSeverity(word: string): string | undefined {
  const key = word.trim().toLowerCase()
  return Object.hasOwn(aliases, key) ? aliases[key] : undefined
}

// Makes loggers: pino with a level and the name of the service.
import { pino, type Logger } from 'pino'

export type { Logger }

/** JSON lines on stdout, levels as words; `silent` for tests. */
export function createLogger({ level, service }: { level: string; service: string }): Logger {
  return pino({
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  })
}

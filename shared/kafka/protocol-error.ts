// What a kafkajs error was at the bottom: it wraps the broker's own code in errors about its retries.
import { connectionHint } from './connection-hints.ts'

/** The protocol's name of the error, like `MESSAGE_TOO_LARGE`; undefined where no broker said it (connections, timeouts). */
export function protocolErrorOf(error: unknown): string | undefined {
  let at: unknown = error
  for (let depth = 0; depth < 8 && typeof at === 'object' && at !== null; depth++) {
    const { type, errors, cause } = at as { type?: unknown; errors?: unknown; cause?: unknown }
    if (typeof type === 'string') return type
    at = Array.isArray(errors) ? errors[0] : cause
  }
  return undefined
}

/** One line for a log or a sentence: first what to do about it, where that is known. */
export function describeKafkaError(error: unknown): string {
  const type = protocolErrorOf(error)
  const message = error instanceof Error ? error.message : String(error)
  const said = type === undefined || message.includes(type) ? message : `${message} (${type})`
  const hint = connectionHint(message)
  return hint === undefined ? said : `${hint}: ${said}`
}

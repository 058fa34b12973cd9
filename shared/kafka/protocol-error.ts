// Finds the error of the broker inside an error of kafkajs, which wraps it in errors about its retries.
import { connectionHint } from './connection-hints.ts'

/**
 * Returns the protocol's name of the error, such as `MESSAGE_TOO_LARGE`; undefined where no broker sent it (timeouts,
 * sockets).
 */
export function protocolErrorOf(error: unknown): string | undefined {
  let at: unknown = error
  for (let depth = 0; depth < 8 && typeof at === 'object' && at !== null; depth++) {
    const { type, errors, cause } = at as { type?: unknown; errors?: unknown; cause?: unknown }
    if (typeof type === 'string') return type
    at = Array.isArray(errors) ? errors[0] : cause
  }
  return undefined
}

/** Returns one line for a log or a sentence. What to do about the error comes first, where it is known. */
export function describeKafkaError(error: unknown): string {
  const type = protocolErrorOf(error)
  const message = error instanceof Error ? error.message : String(error)
  const description = type === undefined || message.includes(type) ? message : `${message} (${type})`
  const hint = connectionHint(message)
  return hint === undefined ? description : `${hint}: ${description}`
}

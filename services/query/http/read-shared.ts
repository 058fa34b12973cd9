// Statements that several pollers run at one moment are run once.
import { nameOfStatement, type Fragment } from '#shared/clickhouse/sql.ts'

export interface SharedResults {
  /**
   * The result of `read`, or that of another who has given this name a moment ago. If the other one fails, perhaps
   * since its client left, `read` is called after all. Whoever shares a result must not change it.
   */
  share<T>(name: string, read: () => Promise<T>, signal: AbortSignal): Promise<T>
}

/** The same for the result of a statement. `state`: as `Polling.state`; the result has what was stored by then. */
export function shareStatement<T>(
  { share }: SharedResults,
  { state, sql }: { state: string; sql: Fragment },
  read: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  return share(`${state} ${nameOfStatement(sql)}`, read, signal)
}

/** ms for which a result is kept. */
const keptMs = 250

export function createSharedResults(): SharedResults {
  const results = new Map<string, Promise<unknown>>()
  return {
    async share<T>(name: string, read: () => Promise<T>, signal: AbortSignal): Promise<T> {
      const known = results.get(name) as Promise<T> | undefined
      if (known !== undefined)
        try {
          return await known
        } catch {
          signal.throwIfAborted()
          return read()
        }
      const result = read()
      results.set(name, result)
      const forget = (): void => void results.delete(name)
      result.then(() => setTimeout(forget, keptMs).unref(), forget)
      return result
    },
  }
}

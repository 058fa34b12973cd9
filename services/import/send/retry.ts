// Repeats one HTTP call until it has a final answer. Busy (429) and away (503) are waited for without end, no answer
// and other failures for `patienceMs`. All calls of the importer may be repeated, since lines have identity.
import { setTimeout as sleep } from 'node:timers/promises'
import { sentenceOf, sentenceOfFailure } from './http-client.ts'

/** The import cannot go on. The message says why. */
export class ImportStopped extends Error {}

export interface RetryOptions {
  /** How long a server that cannot be reached, or fails, is waited for. */
  patienceMs: number
  /** Called with a sentence before each wait, and with undefined once the call has an answer. */
  onWait(sentence: string | undefined): void
  signal: AbortSignal
  /** ms before the first retry; doubles up to 10 s. */
  pauseMs?: number
}

/** Rejects with ImportStopped once patience has run out, and with the signal's reason where it aborts. */
export type Retry = (call: () => Promise<Response>) => Promise<Response>

export function createRetry({ patienceMs, onWait, signal, pauseMs = 500 }: RetryOptions): Retry {
  return async (call) => {
    let failingSince: number | undefined
    for (let attempt = 0; ; attempt++) {
      signal.throwIfAborted()
      const { response, failure } = await call().then(
        (answered) => ({ response: answered, failure: '' }),
        (error: unknown) => ({ response: undefined, failure: sentenceOfFailure(error) }),
      )
      signal.throwIfAborted()
      const busy = response?.status === 429 || response?.status === 503
      if (response !== undefined && !busy && response.status !== 408 && response.status < 500) {
        if (attempt > 0) onWait(undefined)
        return response
      }
      const sentence = response === undefined ? failure : await sentenceOf(response)
      failingSince = busy ? undefined : (failingSince ?? performance.now())
      if (failingSince !== undefined && performance.now() - failingSince >= patienceMs) {
        throw new ImportStopped(
          `the server could not be reached, or failed, for ${patienceMs / 1000} s (--timeout): ${sentence}`,
        )
      }
      onWait(sentence)
      const retryAfter = response?.headers.get('retry-after') ?? ''
      const waitMs = /^\d{1,5}$/.test(retryAfter)
        ? Math.min(Number(retryAfter) * 1000, 60_000)
        : Math.min(pauseMs * 2 ** attempt, 10_000)
      await sleep(waitMs, undefined, { signal })
    }
  }
}

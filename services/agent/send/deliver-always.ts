// Sends a batch until the service has stored or refused it, however long that takes. The agent has nowhere to go: what
// would stop an import (no permission, no such path, an answer that is not the service's) is waited for as well, since
// somebody will mend it, and a batch that is given up is a gap.
import { setTimeout as sleep } from 'node:timers/promises'
import { createDelivery, type Deliver, type Outcome, type Refusal } from '../../import/send/delivery.ts'
import type { HttpClient } from '../../import/send/http-client.ts'
import { createRetry, ImportStopped } from '../../import/send/retry.ts'

export interface DeliverAlwaysOptions {
  client: HttpClient
  headers: Readonly<Record<string, string>>
  compress: boolean
  signal: AbortSignal
  /** Called with a sentence before each wait, and with undefined once there is an answer. */
  onWait(sentence: string | undefined): void
  /** ms before a post is sent again that the service would not take. */
  pauseMs?: number
}

/** Rejects only where the signal aborts. */
export function deliverAlways({
  client,
  headers,
  compress,
  signal,
  onWait,
  pauseMs = 10_000,
}: DeliverAlwaysOptions): Deliver {
  const retry = createRetry({ patienceMs: Infinity, signal, onWait })
  const once = createDelivery({ client, headers, compress, retry, onRefusal: mustBeTooLarge })
  return async (batch): Promise<Outcome> => {
    for (;;) {
      try {
        return await once(batch)
      } catch (error) {
        signal.throwIfAborted()
        // Also an answer of 200 that is not the service's.
        onWait((error as Error).message)
        await sleep(pauseMs, undefined, { signal })
      }
    }
  }
}

/**
 * Only a single record that is too large for the service itself is given up. Of a 400 nothing is lost by waiting: a
 * setting is wrong, or a proxy says it. A 413 of a proxy says nothing of the record.
 */
function mustBeTooLarge({ status, sentence, type }: Refusal): void {
  if (!type.startsWith('urn:afterlog:error:'))
    throw new ImportStopped(`the server refused a batch with ${status}, and not as Afterlog does: is this its address?`)
  if (type !== 'urn:afterlog:error:too-large')
    throw new ImportStopped(`it refuses a whole batch, which is sent again: ${sentence}`)
}

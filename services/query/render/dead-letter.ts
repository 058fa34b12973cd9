// A dead letter as answers show it: its payload is text, or base64 where its bytes are not UTF-8.
import { isUtf8 } from 'node:buffer'
import { formatTime } from './time.ts'

export interface DeadLetterJson {
  time: string
  origin: string
  /** The sentence that the sender got. */
  reason: string
  /** The reason as one word, for counting. */
  code: string
  payload: string | { base64: string }
}

export function deadLetterJson(letter: {
  ts: bigint
  origin: string
  reason: string
  detail: string
  payload: Buffer
}): DeadLetterJson {
  const { ts, origin, reason, detail, payload } = letter
  return {
    time: formatTime(ts),
    origin,
    reason: detail,
    code: reason,
    payload: isUtf8(payload) ? payload.toString('utf8') : { base64: payload.toString('base64') },
  }
}

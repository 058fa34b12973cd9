// Pure: a dead letter as answers have it. Its payload is text, or base64 where its bytes are not UTF-8.
import { isUtf8 } from 'node:buffer'
import { formatTime } from '#shared/time/format-time.ts'

export interface DeadLetterJson {
  /** The identity of the letter, a number of 64 bits, in decimal. */
  id: string
  time: string
  origin: string
  /** Of the Kafka message; null over HTTP. */
  topic: string | null
  partition: number | null
  offset: number | null
  /** The reason as the sentence that the sender got. */
  reason: string
  /** The reason as one word. */
  code: string
  /** native or lifecycle; null where the payload cannot be sent again. */
  format: string | null
  /** What the record inherited from its batch; '' where the batch did not name it. */
  cluster: string
  node: string
  agent: string
  payload: string | { base64: string }
  truncated: boolean
  replayedAt: string | null
}

/** A row of `deadLettersByIdentity` in dead-letter-statements.ts. */
export interface LetterRow {
  id: string
  origin: string
  reason: string
  detail: string
  /** base64 */
  payload: string
  cluster: string
  node: string
  agent: string
  format: string
  truncated: number
}

/** @param ts and replayedAt in ns since 1970. */
export function deadLetterJson(letter: LetterRow, ts: bigint, replayedAt: bigint | undefined): DeadLetterJson {
  const { id, origin, reason, detail, cluster, node, agent, truncated } = letter
  const payload = Buffer.from(letter.payload, 'base64')
  return {
    id,
    time: formatTime(ts),
    origin,
    ...placeOf(origin),
    reason: detail,
    code: reason,
    format: letter.format || (formats.find(([source]) => origin.startsWith(source))?.[1] ?? null),
    cluster,
    node,
    agent,
    payload: isUtf8(payload) ? payload.toString('utf8') : { base64: letter.payload },
    truncated: truncated === 1,
    replayedAt: replayedAt === undefined ? null : formatTime(replayedAt),
  }
}

/** For letters that an older version stored without their format. */
const formats = [
  ['http:/v1/batches#', 'native'],
  ['http:/v1/lifecycle#', 'lifecycle'],
] as const

/** `kafka:<topic>/<partition>@<offset>#<index>` */
function placeOf(origin: string): Pick<DeadLetterJson, 'topic' | 'partition' | 'offset'> {
  const match = /^kafka:([^/]+)\/(\d+)@(\d+)(?:#\d+)?$/.exec(origin)
  if (match === null) return { topic: null, partition: null, offset: null }
  return { topic: match[1]!, partition: Number(match[2]), offset: Number(match[3]) }
}

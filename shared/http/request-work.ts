// The cost of the answer to one request in the store, for its line in the log, and whether the answer has begun. The
// server makes one object per request; statements of the request add to it.

import type { RunStatement } from '#shared/clickhouse/explained-store.ts'
import type { AnswerMemory } from './answer-memory.ts'

export interface RequestWork {
  statements: number
  /** Rows that the statements read, and the uncompressed bytes of the columns that they read of them. */
  rowsRead: number
  bytesRead: number
  /** The peak memory of one statement, where the engine reports it. */
  memoryBytes?: number
  /** Whether the answer is a stream that has begun: its status can no longer be an error. */
  streams: boolean
  /** Whether the answer follows what arrives, and has no end of its own. */
  follows?: boolean
  /** The statements that ran; missing where nobody asks for them. */
  ran?: RunStatement[]
  /** Whether it became a websocket. */
  upgraded?: boolean
  /** What the answer holds; missing where nobody waits for one. */
  memory?: AnswerMemory
  /** The code of the error in the answer, or of the one that broke it off. */
  failure?: string
}

export const createRequestWork = (): RequestWork => ({ statements: 0, rowsRead: 0, bytesRead: 0, streams: false })

// What the answer to one request took of the store, for its line in the log, and whether the answer has begun. The server makes one for
// each request; whoever reads the store for it adds to it.

export interface RequestWork {
  statements: number
  /** Rows that the statements read, and the uncompressed bytes of the columns that they needed of them. */
  rowsRead: number
  bytesRead: number
  /** The most that one statement took in the engine, where the engine says. */
  memoryBytes?: number
  /** The answer is a stream, and it has begun: its status can no longer say that it took too long. */
  streams: boolean
  /** The code of the error that was answered, or that broke the answer off. */
  failure?: string
}

export const createRequestWork = (): RequestWork => ({ statements: 0, rowsRead: 0, bytesRead: 0, streams: false })

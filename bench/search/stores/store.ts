// What the benchmark asks of a store: to run as a process of its own on a directory, to take batches over HTTP, and to
// answer questions over HTTP. What is timed is one request; making it and reading its answer is not.
import type { Answer } from '../answers.ts'
import type { Ask } from '../questions.ts'

/** All questions are of this time: RFC 3339, `to` exclusive. */
export interface TimeRange {
  from: string
  to: string
}

export interface StoreRequest {
  method: 'GET' | 'POST'
  path: string
  body?: string
}

export interface ReadAnswer {
  answer: Answer
  /** Rows that the store read for it, where it says so. */
  rowsRead?: number
}

export interface RunningStore extends AsyncDisposable {
  readonly pid: number
  readonly url: string
  /** Resolves once the store has acknowledged the batch of NDJSON records. */
  insert(batch: Buffer): Promise<void>
  /** Resolves once questions find all that was inserted. */
  flush(): Promise<void>
  /** Resolves once all that was inserted is in the store's directory, which for some is later. */
  persist(): Promise<void>
  /** How much waits to be done beside merges, of what was inserted. */
  backlog(): Promise<number>
  /** A page far behind the first is reached as a client reaches it. */
  requestOf(ask: Ask, range: TimeRange): Promise<StoreRequest>
  read(ask: Ask, text: string): ReadAnswer
  /** Ends the process in order. */
  stop(): Promise<void>
}

export interface Store {
  readonly name: StoreName
  /** Whether a batch that comes twice is stored once; to others it is sent once. */
  readonly collapses: boolean
  start(dataDir: string): Promise<RunningStore>
  /** Merges the data of a store that does not run as far as it ever is; resolves to the CPU seconds that it took. */
  merge(dataDir: string): Promise<number>
}

export const storeNames = ['afterlog', 'victorialogs', 'engine', 'kafka'] as const
export type StoreName = (typeof storeNames)[number]

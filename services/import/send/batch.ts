// The content of one POST, and what the state records once it is acknowledged.

/** How far a file is stored once the batch is acknowledged. */
export interface Mark {
  /** The file's key in the state: life and fingerprint. */
  key: string
  /** The offset behind the last record of the file in this batch. */
  offset: number
  /**
   * The last record that is a whole line. It proves later that the server still has the file. `time` is set where the
   * line does not state it.
   */
  last: { line: Buffer; offset: number; time: string | undefined } | undefined
}

export interface Batch {
  /** NDJSON records. */
  body: Buffer
  records: number
  /**
   * Where the body may be cut without separating a line's fragments: ascending offsets behind records, without the end.
   */
  cuts: number[]
  marks: Mark[]
  /** The container of all lines: a batch never has lines of two. */
  container: string
}

// What one POST carries, and what is remembered once it is acknowledged.

/** How far a file is stored once the batch is. */
export interface Mark {
  /** Of the state: life and fingerprint. */
  key: string
  /** Behind the last record of the file in this batch. */
  offset: number
  /** The last record that is a whole line: what proves later that the server still holds the file. `time` where the line does not say it. */
  last: { line: Buffer; offset: number; time: string | undefined } | undefined
}

export interface Batch {
  /** NDJSON records. */
  body: Buffer
  records: number
  /** Where the body may be cut without parting a line's fragments: offsets behind records, ascending, without the body's end. */
  cuts: number[]
  marks: Mark[]
  /** Whose lines these are; a batch never holds those of two. */
  container: string
}

// The newest lines of a filter, and the keys of those messages that are JSON objects: what a page may complete.
import { jsonAttributes } from '#query/logs/json-attributes.ts'
import type { LineFilter } from '#shared/lines/line-filter.ts'
import { readPage } from '#shared/store-reading/line-pages.ts'
import type { Reading } from '#shared/store-reading/reading.ts'

/** Lines of a sample. */
export const sampleMax = 1000

export interface Sample {
  /** Lines that were read. */
  lines: number
  /** Of each of them, the keys of its message. */
  keys: Readonly<Record<string, string>>[]
}

export async function readSample(reading: Reading, filter: LineFilter): Promise<Sample> {
  const { lines } = await readPage({ reading, filter, order: 'desc', limit: sampleMax })
  const keys = await jsonAttributes(lines.map((line) => ({ ...line, attributes: {} })))
  return { lines: lines.length, keys }
}

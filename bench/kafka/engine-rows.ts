// The rows that the ingest service inserts of a corpus, ready made as files of blocks: as it writes them, and as
// JSONEachRow, each in blocks of the same bytes. What the engine alone is given.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { NativeDecoder } from '#ingest/formats/native.ts'
import { LineSink } from '#ingest/normalise/line-sink.ts'
import { columns } from '#ingest/store/columns.ts'
import { parseRetention } from '#shared/retention/retention.ts'
import { readCorpus, type CorpusOptions } from './corpus.ts'

export const rowFormats = ['JSONEachRow', 'JSONCompactEachRow'] as const

/** Fills `dir/<format>`. */
export function writeEngineRows({ dir, blockBytes, ...corpus }: CorpusOptions & { dir: string; blockBytes: number }): void {
  const blocks = new Map(rowFormats.map((format) => [format, createBlocks(join(dir, format), blockBytes)]))
  const origin = { tenant: 'default', cluster: '', node: '', agent: '', receivedMs: Date.now(), source: 'kafka:bench' }
  const retention = parseRetention('default=14d')
  for (const { ndjson } of readCorpus(corpus)) {
    const sink = new LineSink({ bytesHint: ndjson.length, seed: 1 })
    const { rejects } = new NativeDecoder({ retention, sink }).lines(ndjson, origin)
    if (rejects.length > 0) throw new Error(`the corpus holds a record that is rejected: ${rejects[0]!.detail}`)
    for (const { rows } of sink.take()) {
      blocks.get('JSONCompactEachRow')!.add(rows)
      blocks.get('JSONEachRow')!.add(named(rows))
    }
  }
  for (const { end } of blocks.values()) end()
}

function createBlocks(dir: string, blockBytes: number): { add(rows: Buffer): void; end(): void } {
  mkdirSync(dir, { recursive: true })
  let parts: Buffer[] = []
  let bytes = 0
  let count = 0
  const end = (): void => {
    if (bytes > 0) writeFileSync(join(dir, `${String(count++).padStart(6, '0')}.rows`), Buffer.concat(parts, bytes))
    parts = []
    bytes = 0
  }
  return {
    add(rows) {
      if (bytes + rows.length > blockBytes) end()
      parts.push(rows)
      bytes += rows.length
    },
    end,
  }
}

/**
 * The same rows with the names of their columns. Read as latin1 and written back so: bytes that are not UTF-8 stay as
 * they are.
 */
function named(rows: Buffer): Buffer {
  const lines = rows.toString('latin1').trimEnd().split('\n')
  const objects = lines.map((line) =>
    JSON.stringify(Object.fromEntries((JSON.parse(line) as unknown[]).map((value, i) => [columns.logs[i]!, value]))),
  )
  return Buffer.from(`${objects.join('\n')}\n`, 'latin1')
}

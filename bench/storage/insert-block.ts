// The insert that ingest makes: one block in, one part out per partition that it touches.
import type { Session } from 'chdb'
import type { Corpus } from './corpus.ts'

const settings = {
  async_insert: 0,
  deduplicate_insert: 'disable',
  optimize_on_insert: 0,
  max_partitions_per_insert_block: 0,
  max_insert_block_size: 1048576,
  min_insert_block_size_rows: 0,
  min_insert_block_size_bytes: 0,
  input_format_parallel_parsing: 0,
  max_insert_threads: 1,
}

export type InsertSettings = Readonly<Record<string, string | number>>

export async function insertBlock(session: Session, corpus: Corpus, values: Buffer, extra: InsertSettings = {}): Promise<void> {
  await session.insert({
    table: 'logs',
    values,
    format: 'JSONCompactEachRow',
    columns: corpus.columns,
    settings: { ...settings, ...extra },
  })
}

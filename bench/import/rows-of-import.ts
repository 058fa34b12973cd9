// The rows that an import makes the service insert, without a service: the importer's bodies through the ingest
// decoder, to files.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseRetention } from '#shared/retention/retention.ts'
import { decodeLines } from '#ingest/formats/native-rows.ts'
import { columns } from '#ingest/store/columns.ts'
import type { HttpClient } from '../../services/import/send/http-client.ts'

export interface RowsOfImport {
  /** Stands in for the service: takes batches, holds nothing. */
  client: HttpClient
  /** Writes the last block. */
  end(): void
}

/** The same rows as JSONEachRow. Read as latin1 and written back so: bytes that are not UTF-8 stay as they are. */
function eachRow(rows: Buffer): Buffer {
  const lines = rows.toString('latin1').trimEnd().split('\n')
  const named = lines.map((line) =>
    JSON.stringify(Object.fromEntries((JSON.parse(line) as unknown[]).map((value, index) => [columns.logs[index]!, value]))),
  )
  return Buffer.from(`${named.join('\n')}\n`, 'latin1')
}

/** JSONEachRow in blocks of at most `blockBytes` or one batch, as files in `dir`. */
export function createRowsOfImport({ dir, blockBytes }: { dir: string; blockBytes: number }): RowsOfImport {
  let parts: Buffer[] = []
  let bytes = 0
  let blocks = 0
  const end = () => {
    if (bytes > 0) writeFileSync(join(dir, `${String(blocks++).padStart(6, '0')}.rows`), Buffer.concat(parts, bytes))
    parts = []
    bytes = 0
  }
  const retention = parseRetention('default=14d')
  return {
    end,
    client: {
      async post(_, body) {
        const origin = {
          tenant: 'default',
          cluster: '',
          node: 'node-7',
          agent: '',
          receivedMs: Date.now(),
          source: 'http:/v1/batches',
        }
        const { tables, accepted, rejects } = decodeLines(body, { origin, retention, seed: 1 })
        for (const { rows } of tables) {
          const named = eachRow(rows)
          if (bytes + named.length > blockBytes) end()
          parts.push(named)
          bytes += named.length
        }
        return Response.json({ accepted, rejected: rejects.length, rejects: [] })
      },
      async get() {
        return Response.json({ lines: [] })
      },
    },
  }
}

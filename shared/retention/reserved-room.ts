// Reserves room for a full disk: a table of random bytes. To drop a day takes about a megabyte, to drop a table takes
// none, so the table goes first (decision 0011). It is created again once the disk has room.
import { raw, sql, uint } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'

/** A cluster has none: the table would be on one server, and the next statement may reach another one. */
export interface ReservedRoom {
  /** Creates the table where it is missing; a disk without room for it is no error. */
  take(): Promise<void>
  /** Drops the table; its bytes are free once this resolves. */
  give(): Promise<void>
}

/**
 * Less than inserts of lines leave free (min_free_disk_bytes_to_perform_insert of `logs`), so that no line takes the
 * freed room.
 */
const megabytes = 8
const takenForMs = 60_000

export function createReservedRoom(store: LogStore): ReservedRoom {
  const isOneServer = store.cluster === undefined
  /** When the table was there, by performance.now(): another process may drop it. */
  let takenAt = -Infinity
  return {
    async take() {
      if (!isOneServer || performance.now() < takenAt + takenForMs) return
      try {
        await store.command({
          sql: raw(
            'CREATE TABLE IF NOT EXISTS reserved_room (bytes String CODEC(NONE)) ENGINE = MergeTree ORDER BY tuple()',
          ),
        })
        const [stored] = await store.rows<{ rows: number }>({
          sql: raw('SELECT toFloat64(count()) AS rows FROM reserved_room'),
        })
        const missing = megabytes - stored!.rows
        if (missing > 0)
          await store.command({
            sql: sql`INSERT INTO reserved_room SELECT randomString(1048576) FROM numbers(${uint(missing)})`,
            settings: { max_block_size: 1 },
          })
        takenAt = performance.now()
      } catch {
        // The disk is full, or the store cannot be reached: the next pass tries again.
      }
    },
    async give() {
      takenAt = -Infinity
      if (!isOneServer) return
      await store.command({ sql: raw('DROP TABLE IF EXISTS reserved_room SYNC') })
    },
  }
}

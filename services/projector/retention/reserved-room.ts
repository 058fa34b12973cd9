// Room that is there when the disk is full: a table of random bytes. Dropping a day needs about a megabyte, dropping a table needs none, so
// the table goes first. It is made again once there is room.
import { raw, sql, uint } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'

/** In a cluster there is none: a table is made on the server that a statement comes to, and the next comes to another. */
export interface ReservedRoom {
  /** Makes the table where it is not there; a disk without room for it is no error. */
  take(): Promise<void>
  /** Drops the table: its bytes are free once this resolves. */
  give(): Promise<void>
}

/** Less than lines leave free (min_free_disk_bytes_to_perform_insert of `logs`), so that no batch of lines takes what was just given. */
const megabytes = 8

export function createReservedRoom(store: LogStore): ReservedRoom {
  const isOneServer = store.cluster === undefined
  let taken = false
  return {
    async take() {
      if (taken || !isOneServer) return
      try {
        await store.command({
          sql: raw('CREATE TABLE IF NOT EXISTS reserved_room (bytes String CODEC(NONE)) ENGINE = MergeTree ORDER BY tuple()'),
        })
        const [stored] = await store.rows<{ rows: number }>({ sql: raw('SELECT toFloat64(count()) AS rows FROM reserved_room') })
        const missing = megabytes - stored!.rows
        if (missing > 0)
          await store.command({
            sql: sql`INSERT INTO reserved_room SELECT randomString(1048576) FROM numbers(${uint(missing)})`,
            settings: { max_block_size: 1 },
          })
        taken = true
      } catch {
        // A full disk, or a store that is away: the next pass tries again.
      }
    },
    async give() {
      taken = false
      if (!isOneServer) return
      await store.command({ sql: raw('DROP TABLE IF EXISTS reserved_room SYNC') })
    },
  }
}

// Statements of HTTP requests, run on the embedded engine: one connection per database, since a session has one.
import { createEmbeddedConnection, type Connection } from '#shared/clickhouse/embedded-connection.ts'
import { openEngine } from '#shared/clickhouse/engine.ts'
import { createSessionPool } from '#shared/clickhouse/session-pool.ts'

export interface Bridge {
  /** Statements of the database; the first of them fails if there is none of that name. */
  connection(database: string): Connection
  close(): Promise<void>
}

export async function openBridge(dataDir: string): Promise<Bridge> {
  const engine = await openEngine({ dataDir })
  const connections = new Map<string, Connection>()
  return {
    connection(database) {
      const known = connections.get(database)
      if (known !== undefined) return known
      const pool = createSessionPool({
        lanes: { read: 8, background: 2, probe: 1, insert: 3, command: 3 },
        open: () => engine.openSession(database),
      })
      // The engine outlives the connections of single databases.
      const made = createEmbeddedConnection({ pool, engine: { kill: engine.kill, close: async () => {} }, closeGraceMs: 1000 })
      connections.set(database, made)
      return made
    },
    async close() {
      await Promise.all([...connections.values()].map((connection) => connection.close()))
      await engine.close()
    },
  }
}

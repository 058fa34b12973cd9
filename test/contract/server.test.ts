// Server mode against a real server of the tests' own, or against the server that AFTERLOG_TEST_CLICKHOUSE_URL names.
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore } from '#shared/clickhouse/open-store.ts'
import { raw } from '#shared/clickhouse/sql.ts'
import { startServer } from '#test/support/cluster/start.ts'
import { logStoreContract } from './log-store.ts'

// oxlint-disable-next-line node/no-process-env
const given = process.env['AFTERLOG_TEST_CLICKHOUSE_URL']

logStoreContract('server', async () => {
  const database = `contract_${randomUUID().replaceAll('-', '')}`
  const open = (url: string) => openStore({ mode: 'server', url, user: 'default', password: '', database })
  if (given !== undefined) {
    const store = await open(given)
    return {
      store,
      dispose: async () => {
        await store[Symbol.asyncDispose]()
        await using again = await open(given)
        await again.command({ sql: raw(`DROP DATABASE IF EXISTS ${database}`) })
      },
    }
  }
  const dir = await mkdtemp(join(tmpdir(), 'afterlog-server-'))
  const server = await startServer({ dir })
  const store = await open(server.url)
  return {
    store,
    dispose: async () => {
      await store[Symbol.asyncDispose]()
      await server.kill()
      await rm(dir, { recursive: true, force: true })
    },
  }
})

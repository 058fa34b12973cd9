// A child of stores/engine.ts: the embedded engine behind two paths of HTTP. POST /insert takes JSONEachRow and answers
// once it is stored: what comes while an insert runs shares the next one. POST /query answers a statement's rows.
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Session } from 'chdb'
import { engineArguments } from '#shared/clickhouse/engine-arguments.ts'

const [, , dataDir] = process.argv
if (dataDir === undefined) throw new Error('usage: node engine-process.ts DATA_DIR')

const table = `CREATE TABLE IF NOT EXISTS logs (
  time DateTime64(9, 'UTC'), namespace LowCardinality(String), pod LowCardinality(String), podUid LowCardinality(String),
  container LowCardinality(String), node LowCardinality(String), labels Map(LowCardinality(String), String),
  stream LowCardinality(String), severity LowCardinality(String), traceId String, message String
) ENGINE = MergeTree ORDER BY (namespace, pod, container, time)`
const settings = { date_time_input_format: 'best_effort', async_insert: 0 }

const open = async (): Promise<Session> => {
  const session = new Session(join(dataDir, 'clickhouse'), { connectionArgs: engineArguments() })
  await session.queryAsync('CREATE DATABASE IF NOT EXISTS bench')
  await session.queryAsync('USE bench')
  return session
}
const [inserting, asking] = [await open(), await open()]
await asking.queryAsync(table)

interface Waiting {
  body: Buffer
  settle(error?: unknown): void
}
let waiting: Waiting[] = []
let isInserting = false

async function insertWaiting(): Promise<void> {
  if (isInserting) return
  isInserting = true
  while (waiting.length > 0) {
    const group = waiting
    waiting = []
    const values = Buffer.concat(group.map(({ body }) => body))
    const error = await inserting.insert({ table: 'logs', values, format: 'JSONEachRow', settings }).then(
      () => undefined,
      (failure: unknown) => failure,
    )
    for (const { settle } of group) settle(error)
  }
  isInserting = false
}

async function answer(statement: string): Promise<string> {
  const result = await asking.queryAsync(statement, { format: 'JSONEachRow' })
  return JSON.stringify({ rowsRead: result.rowsRead, rows: result.text() })
}

const server = http.createServer((request, reply) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const body = Buffer.concat(chunks)
    const fail = (error: unknown): void => void reply.writeHead(500).end(String(error))
    if (request.url === '/insert') {
      waiting.push({ body, settle: (error) => (error === undefined ? void reply.end() : fail(error)) })
      void insertWaiting()
    } else answer(body.toString()).then((text) => reply.end(text), fail)
  })
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`))
process.once('SIGTERM', () => {
  server.close()
  server.closeAllConnections()
  inserting.close()
  asking.close()
  process.exit(0)
})

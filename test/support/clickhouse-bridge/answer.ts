// One request and its answer: result bytes as they come, an exception as a status before the first byte and in the body
// after it.
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { Bridge } from './bridge.ts'
import type { InsertFault, InsertFaults } from './faults.ts'
import { parseRequest, type BridgeRequest } from './request.ts'

const exceptionTag = 'qwertyuiopasdfgh'

export async function answer(
  bridge: Bridge,
  faults: InsertFaults,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://bridge')
  if (url.pathname === '/ping') return void response.end('Ok.\n')
  if (url.pathname === '/fault') {
    if (request.method === 'POST') faults.set(JSON.parse((await buffer(request)).toString()) as InsertFault)
    return void response.end(JSON.stringify(faults.counts))
  }
  const left = new AbortController()
  response.once('close', () => left.abort())
  try {
    const body = await buffer(request)
    const query = url.searchParams.get('query') ?? ''
    const isInsert = /^INSERT INTO \S+ \([^)]*\) FORMAT \w+$/.test(query)
    const parsed = parseRequest(url, isInsert ? '' : await statementOf(url, request, body))
    if (isInsert) await faults.around(query, response, () => insert(bridge, parsed, body))
    else await run(bridge, parsed, left.signal, response)
    if (isInsert) response.writeHead(200, { 'x-clickhouse-exception-tag': exceptionTag }).end()
  } catch (error) {
    if (!left.signal.aborted) fail(response, error)
  }
}

/** Parameters that came as parts of a form are put where the others are. */
async function statementOf(url: URL, { headers }: IncomingMessage, body: Buffer): Promise<string> {
  const type = headers['content-type'] ?? ''
  if (!type.startsWith('multipart/form-data')) return body.toString()
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
  let text = ''
  for (const [name, value] of form) {
    if (typeof value !== 'string') throw new Error(`a file came as the parameter ${name}`)
    if (name === 'query') text = value
    else url.searchParams.set(name, value)
  }
  return text
}

async function insert(bridge: Bridge, parsed: BridgeRequest, body: Buffer): Promise<void> {
  const values = Readable.from([body], { objectMode: false })
  await bridge.connection(parsed.database).insert({ ...statement(parsed), values })
}

async function run(bridge: Bridge, parsed: BridgeRequest, signal: AbortSignal, response: ServerResponse): Promise<void> {
  const connection = bridge.connection(parsed.database)
  if (!/^\s*(select|with|show|explain|describe|exists)\b/i.test(parsed.text)) {
    await connection.command(statement(parsed))
    response.writeHead(200, { 'x-clickhouse-exception-tag': exceptionTag }).end()
    return
  }
  const { stream } = await connection.query({ ...statement(parsed), abort_signal: signal })
  stream.on('error', () => {})
  signal.addEventListener('abort', () => stream.destroy(), { once: true })
  if (signal.aborted) stream.destroy()
  try {
    for await (const chunk of stream) {
      if (!response.headersSent) response.writeHead(200, { 'x-clickhouse-exception-tag': exceptionTag })
      if (!response.write(chunk)) await once(response, 'drain', { signal })
    }
    if (!response.headersSent) response.writeHead(200, { 'x-clickhouse-exception-tag': exceptionTag })
    response.end()
  } finally {
    stream.destroy()
  }
}

function statement({ text, settings, queryId }: BridgeRequest) {
  if (queryId === undefined) return { query: text, clickhouse_settings: settings }
  // The embedded engine names its queries itself: they are told apart by this setting, which a command carries only if
  // it has settings.
  if (!/^\s*insert\b/i.test(text)) return { query: text, clickhouse_settings: settings, query_id: queryId }
  // A statement that has settings of its own takes no second list.
  const own = /\sSETTINGS\s([^()]*)$/.exec(text)?.[1] ?? ''
  const query = own === '' ? text : text.slice(0, text.lastIndexOf('SETTINGS'))
  const ownSettings = Object.fromEntries(
    own.split(',').flatMap((one) => (one === '' ? [] : [one.split('=').map((part) => part.trim())])),
  )
  return { query, clickhouse_settings: { ...settings, ...ownSettings, log_comment: queryId }, query_id: queryId }
}

/** Statuses like the server's: what is not there 404, what is not SQL 400, everything else 500. */
function fail(response: ServerResponse, error: unknown): void {
  const text = error instanceof Error ? error.message : String(error)
  const message = text.startsWith('Code: ') ? text : `Code: 1000. DB::Exception: ${text}. (POCO_EXCEPTION)`
  const code = /^Code: (\d+)/.exec(message)![1]!
  if (!response.headersSent) {
    const status = code === '60' || code === '81' ? 404 : code === '62' ? 400 : 500
    response.writeHead(status, { 'x-clickhouse-exception-code': code, 'content-type': 'text/plain' }).end(`${message}\n`)
    return
  }
  const bytes = Buffer.byteLength(message) + 1
  response.write(`\r\n__exception__\r\n${exceptionTag}\r\n${message}\n${bytes} ${exceptionTag}\r\n__exception__\r\n`, () => {
    // Broken off on purpose: the answer has no regular end.
    response.socket?.end()
  })
}

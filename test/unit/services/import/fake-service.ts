// A fake of the service for the importer's unit tests, declared as such: strict about what is posted, it remembers
// bodies and answers what a test tells it to. What the real one makes of the same bodies is shown in
// test/integration/import.test.ts.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'

export interface FakeAnswer {
  status: number
  headers?: Record<string, string>
  body?: unknown
}

export interface FakeService extends AsyncDisposable {
  url: string
  /** Bodies that were answered with 200, as posted. */
  bodies: Buffer[]
  /** Their records; text fields are latin1, so that every byte can be compared. */
  records: Record<string, unknown>[]
  headers: IncomingMessage['headers'][]
  gets: string[]
  /** Asked before a post is taken; undefined takes it. */
  onPost: (body: Buffer, count: number) => FakeAnswer | undefined
  /** Undefined answers 404. */
  onGet: (url: URL) => unknown
}

const allowed = new Set(['path', 'containerId', 'file', 'offset', 'length', 'cri', 'eof', 'unit', 'node', 'time', 'message'])

export async function startFakeService(port = 0): Promise<FakeService> {
  let posts = 0
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const reply = (status: number, body: unknown, headers: Record<string, string> = {}) => {
      response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(typeof body === 'string' ? body : JSON.stringify(body))
    }
    if (request.method === 'GET') {
      fake.gets.push(request.url!)
      const answer = fake.onGet(new URL(request.url!, fake.url))
      return answer === undefined ? reply(404, { detail: 'no such path' }) : reply(200, answer)
    }
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const raw = Buffer.concat(chunks)
    const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw
    const told = fake.onPost(body, posts++)
    if (told !== undefined) return reply(told.status, told.body ?? { detail: `told to answer ${told.status}` }, told.headers)
    if (request.url !== '/v1/batches' || request.headers['content-type'] !== 'application/x-ndjson')
      return reply(415, { detail: 'not a batch' })
    const lines = body.toString('latin1').split('\n')
    if (lines.pop() !== '') return reply(400, { detail: 'the body does not end in a newline' })
    try {
      const records = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
      const unknown = records.flatMap((record) => Object.keys(record)).find((name) => !allowed.has(name))
      if (unknown !== undefined) return reply(400, { detail: `unknown field ${unknown}` })
      fake.records.push(...records)
      fake.bodies.push(body)
      fake.headers.push(request.headers)
      reply(200, { accepted: records.length, rejected: 0, rejects: [] })
    } catch (error) {
      reply(400, { detail: (error as Error).message })
    }
  }
  const server = createServer((request, response) => void handle(request, response))
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const fake: FakeService = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies: [],
    records: [],
    headers: [],
    gets: [],
    onPost: () => undefined,
    onGet: () => ({ lines: [], next: null }),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return fake
}

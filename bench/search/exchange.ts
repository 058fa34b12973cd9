// HTTP over kept-alive connections, with as little of its own as can be: what is timed is the store's.
import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StoreRequest } from './stores/store.ts'

const agent = new http.Agent({ keepAlive: true })

export interface Exchanged {
  text: string
  ms: number
}

/** Rejects where the answer is no 2xx. */
export async function ask(url: string, { method, path, body }: StoreRequest): Promise<Exchanged> {
  const startedMs = performance.now()
  const { status, text } = await exchange(url, { method, path, ...(body === undefined ? {} : { body: Buffer.from(body) }) })
  const ms = performance.now() - startedMs
  if (status < 200 || status > 299) throw new Error(`${method} ${path.slice(0, 300)}: ${status}: ${text.slice(0, 500)}`)
  return { text, ms }
}

/** Posts a body until the store takes it; 429 and 503 ask to send it again. */
export async function post(url: string, path: string, body: Buffer, headers: Record<string, string> = {}): Promise<string> {
  for (;;) {
    const { status, text } = await exchange(url, { method: 'POST', path, body, headers })
    if (status >= 200 && status <= 299) return text
    if (status !== 429 && status !== 503) throw new Error(`POST ${path}: ${status}: ${text.slice(0, 500)}`)
    await sleep(100)
  }
}

function exchange(
  url: string,
  request: { method: string; path: string; body?: Buffer; headers?: Record<string, string> },
): Promise<{ status: number; text: string }> {
  const { method, path, body, headers } = request
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>()
  const length = body === undefined ? {} : { 'content-length': body.length }
  const sent = http.request(`${url}${path}`, { method, agent, headers: { ...headers, ...length } }, (answer) => {
    const chunks: Buffer[] = []
    answer.on('data', (chunk: Buffer) => chunks.push(chunk))
    answer.on('end', () => resolve({ status: answer.statusCode!, text: Buffer.concat(chunks).toString() }))
    answer.on('error', reject)
  })
  sent.on('error', reject)
  sent.end(body)
  return promise
}

// Sends requests as they are, over HTTP or into the application in this process, and says what is wrong with an answer:
// a failure of the service, no answer, or an error without the body that docs/api.md promises.
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import type { HttpServer } from '#shared/http/server.ts'
import type { HostileRequest } from './requests.ts'
import type { Target } from './targets.ts'

export interface HostileAnswer {
  status: number
  type: string
  body: string
}
export type Send = (target: Target, request: HostileRequest) => Promise<HostileAnswer>

/** ms after which an answer counts as a hang. */
const patienceMs = 120_000

/** A tail has no end: what it answers is its status. */
const isEndless = ({ path }: Target): boolean => path === '/v1/logs/tail' || path === '/v1/deaths/tail'
const isSocket = ({ path }: Target): boolean => path === '/loki/api/v1/tail'
const upgrade = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
}

export function overHttp(url: string, sockets: number): Send {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets })
  const { hostname, port } = new URL(url)
  return (target, { method, url: path, headers, body }) =>
    new Promise((resolve, reject) => {
      const all = {
        ...headers,
        ...(isSocket(target) ? upgrade : {}),
        ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
      }
      const request = httpRequest(
        { hostname, port, method, path, headers: all, agent: target.path.endsWith('/tail') ? false : agent, timeout: patienceMs },
        (response) => {
          read(response, isEndless(target)).then(resolve, reject)
        },
      )
      request.once('upgrade', (response, socket) => {
        socket.destroy()
        resolve({ status: response.statusCode ?? 0, type: '', body: '' })
      })
      request.once('timeout', () => request.destroy(new Error('no answer in time')))
      request.once('error', reject)
      request.end(body)
    })
}

async function read(response: IncomingMessage, isWithoutEnd: boolean): Promise<HostileAnswer> {
  const { statusCode: status = 0, headers } = response
  const type = headers['content-type'] ?? ''
  if (isWithoutEnd && status === 200) {
    response.destroy()
    return { status, type, body: '' }
  }
  const parts: Buffer[] = []
  for await (const part of response) parts.push(part as Buffer)
  return { status, type, body: Buffer.concat(parts).toString() }
}

/** Without a socket between. */
export function intoApplication(app: HttpServer): Send {
  return async (_, { method, url, headers, body }) => {
    const options = { method, url, headers: { host: '127.0.0.1', ...headers }, ...(body === undefined ? {} : { payload: body }) }
    const { statusCode, headers: given, body: answer } = await within(app.inject(options))
    return { status: statusCode, type: given['content-type'] ?? '', body: answer }
  }
}

async function within<T>(answer: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('no answer in time')), patienceMs)
  try {
    return await Promise.race([answer, promise])
  } finally {
    clearTimeout(timer)
  }
}

/** Statuses that any request may have. */
const usual = [200, 400, 404, 413, 414, 431]
const more: Readonly<Record<string, readonly number[]>> = {
  accept: [406],
  'content-type': [415],
  'content-encoding': [415],
  // A shortened uid, or a name, of several pods.
  uid: [409],
  name: [409],
}

/** Agents' own protocols, each with errors of its own form (docs/agents.md). */
const isOfAgents = ({ method, path }: Target): boolean =>
  method !== 'GET' && (path.includes('_bulk') || /^\/(?:v1\/(?:logs|fluent|syslog)|loki\/api\/v1\/push|upload)$/.test(path))

/** What is wrong with the answer; undefined where nothing is. */
export function faultOf(target: Target, { status, type, body }: HostileAnswer): string | undefined {
  const { method, name, path } = target
  if (isSocket(target) && status === 101) return undefined
  const isUsual = usual.includes(status) || (method === 'POST' && status === 415) || (path.startsWith('/k8s/') && status === 422)
  if (!isUsual && !(more[name] ?? []).includes(status)) return `${status}: ${body.slice(0, 300)}`
  if (status === 200) return undefined
  // Before any path is known.
  if (status === 431) return undefined
  if (isOfAgents(target)) return body.length > 1 ? undefined : `${status} without a body`
  if (path.startsWith('/loki/'))
    return type.startsWith('text/plain') && body.length > 1
      ? undefined
      : `${status} without a sentence: ${type} ${body.slice(0, 200)}`
  let said: Record<string, unknown>
  try {
    said = JSON.parse(body) as Record<string, unknown>
  } catch {
    return `${status} without JSON: ${body.slice(0, 200)}`
  }
  if (path.startsWith('/k8s/'))
    return said['kind'] === 'Status' && said['code'] === status ? undefined : `no Status: ${body.slice(0, 200)}`
  const isProblem =
    type.startsWith('application/problem+json') &&
    said['status'] === status &&
    typeof said['detail'] === 'string' &&
    said['detail'] !== ''
  return isProblem ? undefined : `no problem JSON: ${type} ${body.slice(0, 200)}`
}

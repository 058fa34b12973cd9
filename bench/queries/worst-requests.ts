// The worst that a client may ask: expressions that take long to compile, to plan or to match, and readers that do not
// read. Each is refused, or ends within its limits.
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { many } from '#test/support/many-terms.ts'

const expressions: readonly string[] = [
  String.raw`pod:/(?:\p{L}|\p{N}|\p{P}){333}/`,
  String.raw`namespace:/\p{L}{20}/`,
  String.raw`labels.app:/(?i)\p{L}{20}/`,
  '/(?i)[^k]{1000}/',
  'container:/[^a]{1000}/ OR node:/(?:.{31}){32}/',
  many(200, (i) => `/(?i)[^k]{${1000 - i}}/`),
  many(200, (i) => `-pod:/(?i)[^k]{${1000 - i}}/`, ' '),
  '/(?:.|a|b|c.){250}/',
  '/(?i)[^k]{500}/',
  'container:/[^a]{250}/ OR node:/(?:.{5}){50}/',
  '/(?:.|.){160}$/',
  many(250, (i) => `/(?i)[^k]${i}.x/`),
  many(256, (i) => `w${i}`),
  many(250, (i) => `-f${i}:${i}`, ' '),
  many(60, (i) => `f${i}:${i}`),
  many(30, (i) => `a.b.c${i}:>1`),
  many(200, (i) => `é${i}`),
  many(200, (i) => `attributes.a${i}:>1`),
]
const paths = [
  '/v1/logs?limit=1',
  '/v1/logs/histogram?',
  '/v1/fields/pod/values?',
  '/v1/logs/tail?',
  '/v1/logs?order=asc&limit=10',
]

/** One bad request: asked, and left after a while. Resolves to its status, 0 where the client left first. */
export async function askWorst(url: string, n: number, leaveMs: number): Promise<number> {
  const path = paths[n % paths.length]!
  const q = encodeURIComponent(expressions[n % expressions.length]!)
  try {
    const answer = await fetch(`${url}${path}&q=${q}`, { signal: AbortSignal.timeout(leaveMs) })
    if (!path.includes('tail')) await answer.arrayBuffer()
    else await sleep(1000)
    await answer.body?.cancel()
    return answer.status
  } catch {
    return 0
  }
}

const unread: readonly (readonly [path: string, accept: string])[] = [
  ['/v1/logs?order=asc', 'application/x-ndjson'],
  ['/v1/logs?limit=10000', 'application/json'],
  ['/v1/logs', 'text/plain'],
  ['/v1/logs?namespace=huge&limit=1000', 'application/json'],
  ['/v1/logs/tail?from=-12h', 'text/event-stream'],
]

/** Asks for much and reads nothing, for so long at most. Resolves to whether the service ended it before. */
export function askUnread(url: string, n: number, ms: number): Promise<boolean> {
  const [path, accept] = unread[n % unread.length]!
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.pause()
  socket.write(`GET ${path} HTTP/1.1\r\nhost: ${hostname}\r\naccept: ${accept}\r\n\r\n`)
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      socket.destroy()
      resolve(false)
    }, ms)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(true)
    })
  })
}

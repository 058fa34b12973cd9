// A request as access logs describe it.
import type { Random } from '../../storage/random.ts'

export interface HttpRequest {
  method: string
  path: string
  status: number
  bytes: number
  ms: number
  agent: string
}

const methods = ['GET', 'GET', 'GET', 'GET', 'POST', 'POST', 'PUT', 'DELETE']
const routes = [
  '/api/v1/carts/',
  '/api/v1/orders/',
  '/api/v1/products/',
  '/api/v1/users/',
  '/api/v1/search?q=',
  '/static/js/app.',
  '/static/img/p/',
  '/checkout/step/',
  '/graphql?op=',
]
const agents = [
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0',
  'okhttp/5.1.0',
  'Go-http-client/2.0',
  'python-requests/2.32.5',
  'kube-probe/1.36',
]

/** 3 % fail at the server, 4 % at the client; most are fast, few take seconds. */
export function httpRequest(random: Random): HttpRequest {
  const at = random.next()
  const status = at < 0.03 ? random.pick([500, 502, 503, 504]) : at < 0.07 ? random.pick([400, 401, 404, 429]) : 200
  return {
    method: random.pick(methods),
    path: random.next() < 0.06 ? '/healthz' : `${random.pick(routes)}${random.int(200_000)}`,
    status,
    bytes: random.int(60_000),
    ms: Math.floor(random.next() ** 4 * 5000),
    agent: random.pick(agents),
  }
}

export const clientAddress = (random: Random): string => `10.${random.int(32)}.${random.int(256)}.${random.int(256)}`

/** One of 100 pods. */
export const upstreamAddress = (random: Random): string => `10.128.${random.int(5)}.${random.int(20)}`

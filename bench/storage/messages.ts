// What containers say: JSON, logfmt, access lines and stack traces, about 300 bytes in the mean, with ids that never
// repeat.
import type { Random } from './random.ts'

export type Dialect = 'json' | 'logfmt' | 'access' | 'java'

export interface Said {
  severity: string
  /** One record each: a stack trace is many lines of one moment. */
  lines: readonly string[]
}

const verbs = ['GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE']
const routes = [
  '/v1/carts',
  '/v1/orders',
  '/v1/payments/authorize',
  '/v1/products',
  '/v1/users',
  '/healthz',
  '/v1/search',
  '/v1/shipments',
]
const told = [
  'request finished',
  'cache miss, loading from the database',
  'message consumed and acknowledged',
  'order accepted for processing',
  'connection established to upstream',
  'payment authorised by the provider',
  'stock level updated',
  'session renewed for user',
  'scheduled job finished without work to do',
  'feature flags refreshed',
  'item added to the cart',
  'index segment written',
]
const failed = [
  'upstream timeout while reading response header',
  'connection reset by peer',
  'retrying after transient failure',
  'deadline exceeded while calling inventory',
  'could not acquire lock, will retry',
  'payment declined by the provider',
]
const agents = [
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148',
  'okhttp/5.1.0',
  'Go-http-client/2.0',
  'kube-probe/1.36',
]
const classes = [
  'cart.CartService',
  'order.OrderRepository',
  'payment.PaymentClient',
  'search.Indexer',
  'http.Dispatcher',
  'sql.ConnectionPool',
]
const methods = ['handle', 'invoke', 'execute', 'findById', 'commit', 'await', 'doFilter', 'apply']
const exceptions = ['java.lang.NullPointerException', 'java.net.SocketTimeoutException', 'java.lang.IllegalStateException']

/**
 * What one container of a dialect says at `time` (RFC 3339); `traceId` goes into the text where the dialect has one.
 */
export function say(random: Random, dialect: Dialect, time: string, service: string, traceId: string): Said {
  const bad = random.next() < 0.06
  const severity = bad ? random.pick(['error', 'warn', 'warn']) : random.next() < 0.1 ? 'debug' : 'info'
  const text = random.pick(bad ? failed : told)
  const ip = `10.${random.int(16)}.${random.int(256)}.${random.int(256)}`
  const ms = Math.floor(random.next() ** 4 * 5000)
  const status = bad ? random.pick([500, 502, 504, 404]) : 200
  const path = `${random.pick(routes)}/${random.int(100000)}`
  switch (dialect) {
    case 'json':
      return {
        severity,
        lines: [
          JSON.stringify({
            ts: time,
            level: severity,
            logger: `com.example.${service}.${random.pick(classes)}`,
            msg: text,
            trace_id: traceId,
            span_id: random.hex(16),
            user_id: random.int(50000),
            method: random.pick(verbs),
            path,
            status,
            duration_ms: ms,
            client: ip,
            request_id: random.uuid(),
          }),
        ],
      }
    case 'logfmt':
      return {
        severity,
        lines: [
          `time=${time} level=${severity} service=${service} msg="${text}" method=${random.pick(verbs)} path=${path} status=${status} ` +
            `duration=${ms}ms remote=${ip}:${1024 + random.int(60000)} trace_id=${traceId} caller=${random.pick(['server', 'worker', 'store'])}.go:${random.int(900)} ` +
            `bytes=${random.int(90000)} queue=${service}-${random.int(8)} attempt=${1 + random.int(3)}`,
        ],
      }
    case 'access':
      return {
        severity: '',
        lines: [
          `${ip} - - [${time}] "${random.pick(verbs)} ${path} HTTP/1.1" ${status} ${random.int(90000)} "https://shop.example.com${random.pick(routes)}" ` +
            `"${random.pick(agents)}" rt=${(ms / 1000).toFixed(3)} ua="${ip}:8080" rid=${random.hex(32)}`,
        ],
      }
    case 'java': {
      const head = `${time} ${severity.toUpperCase().padEnd(5)} [${traceId},${random.hex(16)}] 1 --- [nio-8080-exec-${random.int(64)}] c.e.${service}.${random.pick(classes)} : ${text} orderId=${random.int(1000000)} took ${ms} ms`
      if (!bad) return { severity, lines: [head] }
      const frames = Array.from(
        { length: 8 + random.int(16) },
        () =>
          `\tat com.example.${service}.${random.pick(classes)}.${random.pick(methods)}(${random.pick(classes).split('.')[1]}.java:${random.int(600)})`,
      )
      return { severity, lines: [head, `${random.pick(exceptions)}: ${text} for order ${random.int(1000000)}`, ...frames] }
    }
  }
}

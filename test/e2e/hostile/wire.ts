// Requests that are broken as HTTP, sent as bytes. Each gives the statuses that may come back; none may be 5xx, except
// 505, and none may keep the connection for a second request that was never meant.
export interface WireRequest {
  name: string
  bytes: string | Buffer | readonly (string | Buffer)[]
  status: readonly number[]
}

const host = 'host: localhost\r\nconnection: close\r\n'
const json = 'content-type: application/json\r\n'

export const wireRequests: readonly WireRequest[] = [
  { name: 'no HTTP at all', bytes: 'hello\r\n\r\n', status: [400] },
  { name: 'TLS', bytes: Buffer.from('16030100a5010000a10303', 'hex'), status: [400] },
  { name: 'HTTP/2 preface', bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', status: [400, 404, 505] },
  { name: 'an unknown method', bytes: `BREW /v1/logs HTTP/1.1\r\n${host}\r\n`, status: [400] },
  { name: 'an unknown version', bytes: `GET /v1/logs HTTP/9.9\r\n${host}\r\n`, status: [400, 505] },
  { name: 'no Host', bytes: 'GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n', status: [400] },
  { name: 'HTTP/1.0', bytes: 'GET /healthz HTTP/1.0\r\n\r\n', status: [200] },
  { name: 'a header without a colon', bytes: `GET /v1/logs HTTP/1.1\r\n${host}nonsense\r\n\r\n`, status: [400] },
  { name: 'a header folded over two lines', bytes: `GET /v1/logs HTTP/1.1\r\n${host}x-a: b\r\n c\r\n\r\n`, status: [200, 400] },
  { name: 'NUL in a header', bytes: `GET /v1/logs HTTP/1.1\r\n${host}x-a: b\0c\r\n\r\n`, status: [400] },
  { name: 'NUL in the path', bytes: `GET /v1/logs\0 HTTP/1.1\r\n${host}\r\n`, status: [400] },
  { name: 'a blank in the path', bytes: `GET /v1/logs?q=a b HTTP/1.1\r\n${host}\r\n`, status: [400] },
  { name: 'bytes of UTF-8 in the path', bytes: Buffer.from(`GET /v1/logs?pod=é HTTP/1.1\r\n${host}\r\n`), status: [200, 400] },
  { name: '100,000 parentheses', bytes: `GET /v1/logs?q=${'('.repeat(100_000)} HTTP/1.1\r\n${host}\r\n`, status: [431] },
  { name: 'a header of 1 MB', bytes: `GET /v1/logs HTTP/1.1\r\n${host}x-a: ${'a'.repeat(1_000_000)}\r\n\r\n`, status: [431] },
  { name: '10,000 headers', bytes: `GET /v1/logs HTTP/1.1\r\n${host}${'a: b\r\n'.repeat(10_000)}\r\n`, status: [431] },
  { name: 'two tenants', bytes: `GET /v1/logs HTTP/1.1\r\n${host}x-scope-orgid: a\r\nx-scope-orgid: b\r\n\r\n`, status: [400] },
  {
    name: 'two lengths',
    bytes: `POST /v1/batches HTTP/1.1\r\n${host}${json}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`,
    status: [400],
  },
  { name: 'a negative length', bytes: `POST /v1/batches HTTP/1.1\r\n${host}${json}content-length: -1\r\n\r\n{}`, status: [400] },
  {
    name: 'a length of 1e20',
    bytes: `POST /v1/batches HTTP/1.1\r\n${host}${json}content-length: 100000000000000000000\r\n\r\n{}`,
    status: [400, 413],
  },
  {
    name: 'a declared terabyte',
    bytes: `POST /v1/batches HTTP/1.1\r\n${host}${json}content-length: 1000000000000\r\n\r\n{}`,
    status: [413],
  },
  {
    name: 'length and chunks',
    bytes: `POST /v1/batches HTTP/1.1\r\n${host}${json}content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    status: [400],
  },
  {
    name: 'an unknown transfer encoding',
    bytes: `POST /v1/batches HTTP/1.1\r\n${host}${json}transfer-encoding: gzip\r\n\r\n{}`,
    status: [400],
  },
  {
    name: 'chunked twice',
    bytes: `POST /v1/batches HTTP/1.1\r\n${host}${json}transfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n`,
    status: [400],
  },
  {
    name: 'a chunk size that is none',
    bytes: `POST /v1/batches HTTP/1.1\r\n${host}${json}transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n`,
    status: [400],
  },
  {
    name: 'a chunk longer than it says',
    bytes: `POST /v1/batches HTTP/1.1\r\n${host}${json}transfer-encoding: chunked\r\n\r\n1\r\n{"records":[]}\r\n0\r\n\r\n`,
    status: [400],
  },
  {
    name: 'a body longer than it says',
    bytes: `POST /v1/batches HTTP/1.1\r\n${host}${json}content-length: 2\r\n\r\n{}GET /v1/logs HTTP/1.1\r\n\r\n`,
    status: [400],
  },
  { name: 'a body on GET', bytes: `GET /healthz HTTP/1.1\r\n${host}${json}content-length: 5\r\n\r\n{"a":`, status: [200, 400] },
  {
    name: 'Expect: 100-continue with a bad batch',
    bytes: `POST /v1/batches HTTP/1.1\r\n${host}${json}expect: 100-continue\r\ncontent-length: 2\r\n\r\n{}`,
    status: [100],
  },
  {
    name: 'Expect: the impossible',
    bytes: `POST /v1/batches HTTP/1.1\r\n${host}${json}expect: the-impossible\r\ncontent-length: 2\r\n\r\n{}`,
    status: [417],
  },
  {
    name: 'Upgrade',
    bytes: `GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade, close\r\nupgrade: websocket\r\n\r\n`,
    status: [200, 400, 426],
  },
  { name: 'a proxy request', bytes: `GET http://elsewhere.example/v1/logs HTTP/1.1\r\n${host}\r\n`, status: [400, 404, 421] },
  { name: 'CONNECT', bytes: `CONNECT elsewhere.example:443 HTTP/1.1\r\n${host}\r\n`, status: [0, 400, 404, 405] },
  { name: 'OPTIONS *', bytes: `OPTIONS * HTTP/1.1\r\n${host}\r\n`, status: [400, 404, 405] },
  { name: 'TRACE', bytes: `TRACE /v1/logs HTTP/1.1\r\n${host}\r\n`, status: [400, 404, 405] },
]

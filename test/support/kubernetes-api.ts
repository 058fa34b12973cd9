// A tenant of a running service, told of pods and lines over HTTP, asked over /k8s.
import type { KubernetesObject } from './kubernetes.ts'
import { listsHave } from './service.ts'

export interface Answer {
  status: number
  headers: Headers
  bytes: Buffer
  /** Of JSON. */
  body: KubernetesObject
}

/** Resolves what it tells once lists show it. */
export interface ApiTenant {
  tell(...objects: unknown[]): Promise<void>
  /** Lines of a log file, as an agent posts them: path and CRI text. */
  say(path: string, ...cri: (string | Buffer)[]): Promise<void>
  /** The same, from this offset of the file on; resolves with the next. */
  sayAt(path: string, from: number, ...cri: (string | Buffer)[]): Promise<number>
  get(path: string, headers?: Record<string, string>): Promise<Answer>
}

export const asTable = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json' }

export function apiTenant(url: string, tenant: string): ApiTenant {
  const own = { 'x-scope-orgid': tenant }
  async function post(path: string, type: string, body: string | Buffer): Promise<void> {
    const headers = { ...own, 'content-type': type, 'x-afterlog-node': 'node-7', 'x-afterlog-cluster': 'prod-eu' }
    const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: new Uint8Array(Buffer.from(body)) })
    const answer = (await response.json()) as { rejected?: number }
    if (response.status !== 200 || answer.rejected !== 0) throw new Error(JSON.stringify(answer))
  }
  let end = 0
  async function sayAt(path: string, from: number, ...cri: (string | Buffer)[]): Promise<number> {
    let offset = from
    const parts: Buffer[] = []
    for (const text of cri) {
      const bytes = Buffer.from(text)
      parts.push(Buffer.from(`{"path":${JSON.stringify(path)},"offset":${offset},"cri":"`), escape(bytes), Buffer.from('"}\n'))
      offset += bytes.length + 1
    }
    await post('/v1/batches', 'application/x-ndjson', Buffer.concat(parts))
    return offset
  }
  return {
    async tell(...objects) {
      await post('/v1/lifecycle', 'application/json', JSON.stringify(objects))
      await listsHave(url)
    },
    async say(path, ...cri) {
      end = await sayAt(path, end, ...cri)
      await listsHave(url)
    },
    async sayAt(path, from, ...cri) {
      const next = await sayAt(path, from, ...cri)
      await listsHave(url)
      return next
    },
    async get(path, headers = {}) {
      const response = await fetch(`${url}/k8s${path}`, { headers: { ...own, ...headers } })
      const bytes = Buffer.from(await response.arrayBuffer())
      const isJson = response.headers.get('content-type')?.startsWith('application/json') === true
      return {
        status: response.status,
        headers: response.headers,
        bytes,
        body: isJson ? (JSON.parse(bytes.toString()) as KubernetesObject) : {},
      }
    },
  }
}

/** As JSON escapes them: bytes that are no UTF-8 have no string, but one of latin1. */
function escape(bytes: Buffer): Buffer {
  return Buffer.from(JSON.stringify(bytes.toString('latin1')).slice(1, -1), 'latin1')
}

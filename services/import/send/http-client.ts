// Edge: the HTTP calls of the importer, with the headers that all of them have.
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'

/** A parameter with several values is sent several times. */
export type Query = Readonly<Record<string, string | readonly string[]>>

export interface HttpClient {
  /** Resolves with the server's answer, of any status. Rejects only where there is no answer. */
  post(path: string, body: Buffer, headers: Readonly<Record<string, string>>): Promise<Response>
  get(path: string, query: Query, accept: string): Promise<Response>
}

export interface HttpClientOptions {
  /** The address of the service. It may have a user and a password, and a path. */
  url: string
  /** '' means the server's default. */
  tenant: string
  signal?: AbortSignal
  /** ms without a byte after which a post has failed. */
  timeoutMs?: number
}

export function createHttpClient({ url, tenant, signal, timeoutMs }: HttpClientOptions): HttpClient {
  const base = new URL(url.endsWith('/') ? url : `${url}/`)
  const common: Record<string, string> = tenant === '' ? {} : { 'x-scope-orgid': tenant }
  if (base.username !== '') {
    const [user, password] = [decodeURIComponent(base.username), decodeURIComponent(base.password)]
    common['authorization'] = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
    base.username = base.password = ''
  }
  const target = (path: string) => new URL(path.replace(/^\//, ''), base)
  const agent = new (base.protocol === 'https:' ? HttpsAgent : HttpAgent)({ keepAlive: true })
  return {
    post: (path, body, headers) =>
      post(target(path), body, {
        agent,
        headers: { ...common, ...headers },
        ...(signal && { signal }),
        ...(timeoutMs !== undefined && { timeout: timeoutMs }),
      }),
    get(path, query, accept) {
      const at = target(path)
      at.search = new URLSearchParams(
        Object.entries(query).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one])),
      ).toString()
      return fetch(at, { headers: { ...common, accept }, ...(signal && { signal }) })
    },
  }
}

// node:http rather than fetch: it sends megabytes without copying them.
function post(url: URL, body: Buffer, options: RequestOptions): Promise<Response> {
  return new Promise((resolve, reject) => {
    const answered = (answer: IncomingMessage) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () => {
        const headers = Object.entries(answer.headersDistinct).flatMap(([name, values]) =>
          (values ?? []).map((value): [string, string] => [name, value]),
        )
        resolve(new Response(Buffer.concat(chunks), { status: answer.statusCode ?? 502, headers }))
      })
    }
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    const request = send(url, { ...options, method: 'POST' }, answered)
    request.on('error', reject)
    request.on('timeout', () => request.destroy(new Error('the server sent no answer in time')))
    request.end(body)
  })
}

/** Returns the sentence of an error answer: the detail of RFC 9457, else its text, else its status. */
export const sentenceOf = async (response: Response): Promise<string> => (await problemOf(response)).sentence

/** Returns the sentence of an error answer, and its type of RFC 9457: '' where it has none. */
export async function problemOf(response: Response): Promise<{ sentence: string; type: string }> {
  const text = await response.text().catch(() => '')
  const { status, statusText } = response
  const plain = `${status}: ${text.trim().slice(0, 300) || statusText}`
  try {
    const { type, detail, title } = JSON.parse(text) as { type?: unknown; detail?: unknown; title?: unknown }
    const said = [detail, title].find((one) => typeof one === 'string')
    return { sentence: said === undefined ? plain : `${status}: ${said}`, type: typeof type === 'string' ? type : '' }
  } catch {
    // Not JSON: the answer of a proxy in between.
    return { sentence: plain, type: '' }
  }
}

/** Returns the message of a failed call's cause: `connect ECONNREFUSED 127.0.0.1:8080`. */
export function sentenceOfFailure(error: unknown): string {
  const { message, code, cause } = error as NodeJS.ErrnoException & { cause?: NodeJS.ErrnoException }
  if (cause instanceof Error) return sentenceOfFailure(cause)
  return message || (code ?? 'no answer')
}

// Requests to an API server of Kubernetes. No other module imports its client, which reads all that a kubeconfig may
// have: authorities, client certificates, tokens that rotate, exec plugins, proxies. The client takes 88 MB, so it is
// loaded only where it is needed. Its Watch is not used: it drops lines that it cannot parse, and has no back-pressure.
// docs/decisions/0007-watching-the-api-server.md
import http from 'node:http'
import https from 'node:https'
import { apiError, SilenceError } from './api-error.ts'
import { loadKubeConfig } from './kube-config.ts'

export interface GetOptions {
  signal: AbortSignal
  /** ms that the start of the answer may take, and each pause in it. */
  silentMsMax: number
}

export interface ApiServer {
  /** For example `https://10.96.0.1:443`. */
  readonly url: string
  /**
   * Resolves with the body of a 200, as a stream. Rejects with ApiError for other statuses, or an Error without an
   * answer.
   */
  get(path: string, options: GetOptions): Promise<AsyncIterable<Buffer>>
}

/**
 * @param source `in-cluster`, or the path of a kubeconfig, whose current context is used. Rejects with one sentence
 * where it is not valid. An API server that is away does not make it reject.
 */
export async function createApiServer(source: string): Promise<ApiServer> {
  const { config, server } = await loadKubeConfig(source)

  async function request(path: string, { signal, silentMsMax }: GetOptions): Promise<http.IncomingMessage> {
    const options: https.RequestOptions = { headers: { accept: 'application/json', 'user-agent': 'afterlog' } }
    await config.applyToHTTPSOptions(options)
    const url = new URL(server + path)
    return new Promise((resolve, reject) => {
      const sent = (url.protocol === 'http:' ? http : https).request(url, { ...options, signal })
      const timer = setTimeout(() => sent.destroy(new Error(`no answer within ${silentMsMax / 1000} s`)), silentMsMax)
      sent.on('response', (response) => {
        clearTimeout(timer)
        resolve(response)
      })
      // This listener stays after the answer has begun, when the body reports an error as well.
      sent.on('error', (error) => {
        clearTimeout(timer)
        reject(unanswered(server, error))
      })
      sent.end()
    })
  }

  return {
    url: server,
    get: async (path, options) => {
      const response = await request(path, options)
      const body = read(response, options.silentMsMax)
      if (response.statusCode !== 200) throw apiError(response.statusCode ?? 0, await textOf(body))
      return body
    },
  }
}

/** Yields the chunks of a body. Silence counts only while the caller waits for the next chunk. */
async function* read(response: http.IncomingMessage, silentMsMax: number): AsyncGenerator<Buffer> {
  const chunks = response[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  try {
    for (;;) {
      const silence = setTimeout(() => response.destroy(new SilenceError(silentMsMax)), silentMsMax)
      const next = await chunks.next().finally(() => clearTimeout(silence))
      if (next.done === true) return
      yield next.value
    }
  } finally {
    response.destroy()
  }
}

function unanswered(server: string, error: NodeJS.ErrnoException): Error {
  // Where a host name has several addresses, the error has no message of its own.
  return new Error(`${server} does not answer: ${error.message || error.code}`, { cause: error })
}

/** The most bytes that are read of a refusal: a Status, or the page of a proxy. */
const refusalBytesMax = 64 * 1024

async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes > refusalBytesMax) break
  }
  return Buffer.concat(chunks).toString()
}

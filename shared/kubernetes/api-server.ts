// The one place that talks to an API server of Kubernetes, and the only one that imports its client, for what a kubeconfig may hold:
// authorities, client certificates, tokens that rotate, exec plugins, proxies. The client is loaded where it is asked for only: it takes
// 88 MB. Its Watch is not used: it drops what it cannot parse and reads on while nobody takes: docs/decisions/0007-watching-the-api-server.md.
import http from 'node:http'
import https from 'node:https'
import { apiError, SilenceError } from './api-error.ts'
import { loadKubeConfig } from './kube-config.ts'

export interface GetOptions {
  signal: AbortSignal
  /** ms for the answer to begin, and for each silence in it. */
  silentMsMax: number
}

export interface ApiServer {
  /** e.g. `https://10.96.0.1:443`. */
  readonly url: string
  /** The body of a 200, as it comes. Rejects with ApiError for any other status, with an Error that says so where nobody answers. */
  get(path: string, options: GetOptions): Promise<AsyncIterable<Buffer>>
}

/**
 * @param source `in-cluster`, or the path of a kubeconfig, whose current context is taken. Rejects with one sentence where it is none. An
 * API server that is away is no failure yet.
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
      // Stays: an error after the answer began is told by the body as well.
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

/** Chunks of a body; a silence counts only while somebody waits for the next one. */
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
  // A name with several addresses fails without a message of its own.
  return new Error(`${server} does not answer: ${error.message || error.code}`, { cause: error })
}

/** Of an answer that refuses: a Status, or a page of whatever stands in between. */
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

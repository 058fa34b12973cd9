// A sender over kept-alive connections: posts until it is accepted, and waits where the service says so.
import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

const agent = new http.Agent({ keepAlive: true })

/** Posts one body until it is accepted; resolves to the number of accepted records. */
export async function post(
  url: string,
  body: Buffer,
  headers: Record<string, string> = {},
  path: '/v1/batches' | '/v1/lifecycle' = '/v1/batches',
): Promise<number> {
  for (;;) {
    const { status, text } = await postOnce(url, body, headers, path)
    if (status === 200) {
      const { accepted, rejected, rejects } = JSON.parse(text) as { accepted: number; rejected: number; rejects: unknown[] }
      if (rejected > 0) throw new Error(`records were rejected: ${JSON.stringify(rejects[0])}`)
      return accepted
    }
    if (status !== 429 && status !== 503) throw new Error(`${status}: ${text}`)
    await sleep(200)
  }
}

/** Posts one body once; resolves to the answer, whatever it is. */
export function postOnce(
  url: string,
  body: Buffer,
  headers: Record<string, string> = {},
  path: '/v1/batches' | '/v1/lifecycle' = '/v1/batches',
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const options = {
      method: 'POST',
      agent,
      headers: { 'content-type': 'application/x-ndjson', 'content-length': body.length, ...headers },
    }
    const request = http.request(`${url}${path}`, options, (answer) => {
      let text = ''
      answer.on('data', (chunk: Buffer) => (text += chunk.toString()))
      answer.on('end', () => resolve({ status: answer.statusCode!, text }))
    })
    request.on('error', reject)
    request.end(body)
  })
}

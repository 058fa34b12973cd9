// Requests as rows of a table, and the two ways to send them: as HTTP, or as bytes on a socket where HTTP itself is
// broken.
import { once } from 'node:events'
import http from 'node:http'
import { connect } from 'node:net'

/** Cursors that the service gave, for requests that they do not belong to. */
export interface Cursors {
  lines: string
  pods: string
  letters: string
}

export interface HostileRequest {
  name: string
  method?: string
  path: string | ((cursors: Cursors) => string)
  headers?: http.OutgoingHttpHeaders
  body?: string | Buffer | (() => string | Buffer | Iterable<Buffer>)
}

export interface BadRequest extends HostileRequest {
  /** 400 unless told. */
  status?: number
  /** What the answer must name, as `parameter` or in `detail`. */
  names: string
}

export interface Answer {
  status: number
  headers: http.IncomingHttpHeaders
  text: string
}

/** Resolves with the answer, also where the service closes the connection before it has read all. */
export function send(
  url: string,
  { method = 'GET', path, headers = {}, body }: HostileRequest & { path: string },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    let answered = false
    const sent = http.request({ hostname, port, path, method, headers, agent: false }, (response) => {
      answered = true
      const chunks: Buffer[] = []
      const done = (): void =>
        resolve({ status: response.statusCode!, headers: response.headers, text: Buffer.concat(chunks).toString() })
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('close', done)
      response.on('error', done)
    })
    const deadline = setTimeout(() => sent.destroy(new Error(`no end of the answer to ${method} ${path.slice(0, 200)}`)), 20_000)
    sent.on('close', () => clearTimeout(deadline))
    sent.on('error', (error) => {
      if (!answered) reject(error)
    })
    const content = typeof body === 'function' ? body() : body
    if (content === undefined || typeof content === 'string' || Buffer.isBuffer(content)) sent.end(content)
    else {
      for (const chunk of content) sent.write(chunk)
      sent.end()
    }
  })
}

/** Sends bytes, and reads until the service closes, or has answered as `until` wants it. */
export async function sendBytes(
  url: string,
  bytes: string | Buffer | readonly (string | Buffer)[],
  until?: RegExp,
): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  let text = ''
  const closed = new Promise<void>((resolve) => {
    socket.setTimeout(30_000, () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1')
      if (until?.test(text) === true) socket.destroy()
    })
    socket.on('close', () => resolve())
  })
  await once(socket, 'connect')
  for (const part of typeof bytes === 'string' || Buffer.isBuffer(bytes) ? [bytes] : bytes) socket.write(part)
  await closed
  return text
}

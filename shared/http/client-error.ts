// Answers requests that Node's parser refuses: broken HTTP, headers over the limit, a request that does not arrive in
// time. The answer is written to the socket, with the same problem JSON as other errors, and the connection ends.
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { AfterlogError, type ErrorCode } from '#shared/errors.ts'
import { toProblem } from './problem.ts'

/** A socket with the answer that is under way on it, if any. Node's own handler reads the same field. */
type AnsweringSocket = Socket & { _httpMessage?: { headersSent: boolean } | null }

const patient = new WeakSet<Socket>()

/** A request of this connection may take as long as it takes: the body of an agent that streams has no end. */
export const takeYourTime = (socket: Socket): void => void patient.add(socket)

/** Answers, unless an answer has begun on this connection: that one is broken off. */
export function answerClientError(error: NodeJS.ErrnoException, socket: AnsweringSocket): void {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && patient.has(socket)) return
  // oxlint-disable-next-line no-underscore-dangle -- Node has no public field for it
  const isAnswering = socket._httpMessage?.headersSent === true
  if (error.code === 'ECONNRESET' || !socket.writable || isAnswering) {
    socket.destroy()
    return
  }
  const problem = toProblem(toRefusal(error))
  const body = JSON.stringify(problem)
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
}

function toRefusal(error: NodeJS.ErrnoException): AfterlogError {
  const known = error.code === undefined ? undefined : refusals[error.code]
  if (known !== undefined) return new AfterlogError(known.code, known.detail, { cause: error })
  const { reason } = error as { reason?: unknown }
  const why = typeof reason === 'string' && reason !== '' ? reason : error.message
  return new AfterlogError('invalid-body', `the request is not HTTP: ${why}`, { cause: error })
}

/** Node's codes that do not stand for broken HTTP. */
const refusals: Readonly<Record<string, { code: ErrorCode; detail: string }>> = {
  HPE_HEADER_OVERFLOW: { code: 'headers-too-large', detail: 'the request line and the headers are larger than 16 KiB' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { code: 'too-large', detail: 'the extensions of a chunk are larger than 16 KiB' },
  ERR_HTTP_REQUEST_TIMEOUT: { code: 'request-timeout', detail: 'the request did not arrive in time' },
}

// The body of a read: bytes until its end, or until the server reports a failure inside it. A server that has begun its
// answer has no other place for a failure: ClickHouse 25.11 and later mark it with a tag that a header announces.
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'

const marker = '\r\n__exception__\r\n'

/** Throws the failure in the server's own words (`Code: 395. DB::Exception: …`). The mark is never yielded as data. */
export async function* bodyOf(
  stream: Readable,
  headers: Readonly<Record<string, unknown>>,
): AsyncGenerator<Buffer, void, undefined> {
  const tag = headers['x-clickhouse-exception-tag']
  if (typeof tag !== 'string') {
    yield* stream as AsyncIterable<Buffer>
    return
  }
  const start = Buffer.from(`${marker}${tag}\r\n`)
  let tail: Buffer = Buffer.alloc(0)
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const bytes = tail.length === 0 ? chunk : Buffer.concat([tail, chunk])
    const at = bytes.indexOf(start)
    if (at >= 0) {
      if (at > 0) yield bytes.subarray(0, at)
      throw new Error(await reported(stream, bytes.subarray(at + start.length), tag))
    }
    // A tail that may be the beginning of a mark waits for the next chunk.
    const keep = overlap(bytes, start)
    if (keep < bytes.length) yield bytes.subarray(0, bytes.length - keep)
    tail = bytes.subarray(bytes.length - keep)
  }
  if (tail.length > 0) yield tail
}

export interface Answer {
  stream: Readable
  response_headers: Readonly<Record<string, unknown>>
  http_status_code?: number | undefined
}

/**
 * Returns the error of a refusal: `Code: 62. DB::Exception: …`, or `HTTP 502: …` of a proxy; undefined for other
 * answers.
 */
export async function refusal({
  stream,
  response_headers,
  http_status_code = 200,
}: Answer): Promise<Error | undefined> {
  if (http_status_code < 400 && response_headers['x-clickhouse-exception-code'] === undefined) return undefined
  const body = (await text(stream)).trim()
  return new Error(/^Code: \d+/.test(body) ? body : `HTTP ${http_status_code}: ${body.slice(0, 1000)}`)
}

/** Returns how many bytes at the end of `bytes` are the beginning of `start`. */
function overlap(bytes: Buffer, start: Buffer): number {
  for (let length = Math.min(bytes.length, start.length - 1); length > 0; length--) {
    if (bytes.subarray(bytes.length - length).equals(start.subarray(0, length))) return length
  }
  return 0
}

/** Returns the message between the marks. Only little follows the first mark. */
async function reported(stream: Readable, head: Buffer, tag: string): Promise<string> {
  const parts = [head]
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) parts.push(chunk)
  } catch {
    // The server closes the connection after its report.
  }
  return Buffer.concat(parts)
    .toString()
    .replace(new RegExp(`\\n?\\d+ ${tag}\\r\\n__exception__\\r\\n[^]*$`), '')
}

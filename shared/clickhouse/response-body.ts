// The body of a read: bytes until the end, or until the server says in the body that the query failed. A server that has begun its
// answer can report a failure only there: ClickHouse 25.11 and later mark it with a tag that their header announced.
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'

const marker = '\r\n__exception__\r\n'

/** Throws what the server reported, in its own words (`Code: 395. DB::Exception: …`); the mark never comes out as data. */
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
  let held: Buffer = Buffer.alloc(0)
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    const at = bytes.indexOf(start)
    if (at >= 0) {
      if (at > 0) yield bytes.subarray(0, at)
      throw new Error(await reported(stream, bytes.subarray(at + start.length), tag))
    }
    // Only the tail that could be the beginning of a mark waits for the next chunk.
    const keep = overlap(bytes, start)
    if (keep < bytes.length) yield bytes.subarray(0, bytes.length - keep)
    held = bytes.subarray(bytes.length - keep)
  }
  if (held.length > 0) yield held
}

export interface Answer {
  stream: Readable
  response_headers: Readonly<Record<string, unknown>>
  http_status_code?: number | undefined
}

/** The error of an answer that is a refusal as a whole: `Code: 62. DB::Exception: …`, or `HTTP 502: …` of something in between. */
export async function refusal({ stream, response_headers, http_status_code = 200 }: Answer): Promise<Error | undefined> {
  if (http_status_code < 400 && response_headers['x-clickhouse-exception-code'] === undefined) return undefined
  const body = (await text(stream)).trim()
  return new Error(/^Code: \d+/.test(body) ? body : `HTTP ${http_status_code}: ${body.slice(0, 1000)}`)
}

/** How many bytes at the end of `bytes` are a beginning of `start`. */
function overlap(bytes: Buffer, start: Buffer): number {
  for (let length = Math.min(bytes.length, start.length - 1); length > 0; length--) {
    if (bytes.subarray(bytes.length - length).equals(start.subarray(0, length))) return length
  }
  return 0
}

/** The message between the marks; what follows the first mark is small. */
async function reported(stream: Readable, head: Buffer, tag: string): Promise<string> {
  const parts = [head]
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) parts.push(chunk)
  } catch {
    // The server breaks the connection after its report.
  }
  return Buffer.concat(parts)
    .toString()
    .replace(new RegExp(`\\n?\\d+ ${tag}\\r\\n__exception__\\r\\n[^]*$`), '')
}

// Pure: parses a raw line of a container's log: CRI (`<time> <stream> <P|F> <text>`) or Docker's json-file. The server
// parses the lines that are sent. The importer needs this to keep fragments in one batch, to fingerprint a file by its
// first line, and to recognise lines that are stored already.
import { canonicalTime } from './rfc3339.ts'

export type Stream = 'stdout' | 'stderr'

/** Returns the stream of a line, and whether more of it follows; undefined for another format. It copies nothing. */
export function fragmentOf(bytes: Buffer, start: number, end: number): { stream: Stream; more: boolean } | undefined {
  if (bytes[start] === 0x7b) return dockerFragment(bytes, start, end)
  // A CRI time is 20 to 35 bytes long; the stream begins behind the first space.
  let at = start + 20
  const last = Math.min(end, start + 36)
  while (at < last && bytes[at] !== 0x20) at++
  if (bytes[at] !== 0x20 || at + 9 > end || bytes[at + 7] !== 0x20) return undefined
  const tag = bytes[at + 8]
  if (tag !== 0x50 && tag !== 0x46) return undefined
  // stdout and stderr differ in their fourth byte.
  return fragments[bytes[at + 4] === 0x6f ? 0 : 1][tag === 0x50 ? 1 : 0]
}

// Shared objects, since there is one result per line.
const fragments = [
  [
    { stream: 'stdout', more: false },
    { stream: 'stdout', more: true },
  ],
  [
    { stream: 'stderr', more: false },
    { stream: 'stderr', more: true },
  ],
] as const

const complete = Buffer.from('\\n","stream":"')
const dockerStderr = Buffer.from('"stream":"stderr"')

function dockerFragment(bytes: Buffer, start: number, end: number): { stream: Stream; more: boolean } {
  const line = bytes.subarray(start, end)
  return fragments[line.includes(dockerStderr) ? 1 : 0][line.includes(complete) ? 0 : 1]
}

export interface ContainerLine {
  /** RFC 3339, UTC, nine digits. */
  time: string
  stream: string
  more: boolean
  /** The text, with U+FFFD for invalid UTF-8, as the query API returns it. */
  text: string
}

/** Returns the parts of a line, or undefined for another format. */
export function parseContainerLine(line: Buffer): ContainerLine | undefined {
  if (line[0] === 0x7b) return parseDockerLine(line)
  const first = line.indexOf(0x20)
  const second = first === -1 ? -1 : line.indexOf(0x20, first + 1)
  if (second === -1) return undefined
  const third = line.indexOf(0x20, second + 1)
  const time = first > 40 ? undefined : canonicalTime(line.toString('latin1', 0, first))
  const stream = line.toString('latin1', first + 1, second)
  // The tag may have more than one part: `F:note`.
  const tag = String.fromCharCode(line[second + 1] ?? 0)
  if (time === undefined || (stream !== 'stdout' && stream !== 'stderr') || (tag !== 'P' && tag !== 'F'))
    return undefined
  return { time, stream, more: tag === 'P', text: third === -1 ? '' : line.toString('utf8', third + 1) }
}

function parseDockerLine(line: Buffer): ContainerLine | undefined {
  try {
    const { log, stream, time } = JSON.parse(line.toString('utf8')) as {
      log?: unknown
      stream?: unknown
      time?: unknown
    }
    const canonical = typeof time === 'string' ? canonicalTime(time) : undefined
    if (typeof log !== 'string' || typeof stream !== 'string' || canonical === undefined) return undefined
    const more = !log.endsWith('\n')
    return { time: canonical, stream, more, text: more ? log : log.slice(0, -1) }
  } catch {
    return undefined
  }
}

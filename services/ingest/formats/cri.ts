// A CRI line: `<RFC 3339 time> <stdout|stderr> <tags> <message>`, as containerd and CRI-O write it for the kubelet
// (kubernetes/cri-api, "log format"). Tags are separated by colons. P is a fragment; F is the last fragment or a whole
// line.
import { skipFront } from './byte-order-mark.ts'
import { hex4, unescapeJson } from './json-escape.ts'
import type { TimeReader } from './time-bytes.ts'

/** Finds the parts of a line. It also works inside a JSON string, since the header never needs an escape. */
export class CriReader {
  stderr = false
  partial = false
  messageStart = 0
  /** Why the last line was not a CRI line. */
  problem = ''

  read(bytes: Buffer, start: number, stop: number, time: TimeReader): boolean {
    const timeEnd = space(bytes, start, stop)
    if (timeEnd < 0 || !time.rfc3339(bytes, start, timeEnd)) return this.fail('it must begin with an RFC 3339 time')
    const streamEnd = space(bytes, timeEnd + 1, stop)
    if (streamEnd !== timeEnd + 7 || !isStd(bytes, timeEnd + 1))
      return this.fail('stdout or stderr must follow the time')
    const isErr = bytes[timeEnd + 4] === 0x65 && bytes[timeEnd + 5] === 0x72 && bytes[timeEnd + 6] === 0x72
    const isOut = bytes[timeEnd + 4] === 0x6f && bytes[timeEnd + 5] === 0x75 && bytes[timeEnd + 6] === 0x74
    if (!isErr && !isOut) return this.fail('stdout or stderr must follow the time')
    this.stderr = isErr
    const tag = bytes[streamEnd + 1]
    const tagEnd = streamEnd + 2
    if (tagEnd > stop || (tag !== 0x50 && tag !== 0x46)) return this.fail('the tag P or F must follow the stream')
    this.partial = tag === 0x50
    let pos = tagEnd
    // The specification reserves further tags, after a colon, and defines none yet.
    if (pos < stop && bytes[pos] === 0x3a) while (pos < stop && bytes[pos] !== 0x20) pos++
    if (pos < stop && bytes[pos] !== 0x20) return this.fail('a space must follow the tag')
    this.messageStart = Math.min(pos + 1, stop)
    return true
  }

  private fail(problem: string): false {
    this.problem = problem
    return false
  }
}

/**
 * Returns where the line in the JSON string content [start, stop) begins behind NUL bytes and byte order marks, bare or
 * escaped. A file that was truncated in place, or lost power, has NUL bytes in front of its next line.
 */
export function skipNuls(bytes: Buffer, start: number, stop: number): number {
  for (let pos = start; ;) {
    const from = pos
    pos = skipFront(bytes, pos, stop)
    if (isEscaped(bytes, pos, stop, 0) || isEscaped(bytes, pos, stop, 0xfeff)) pos += 6
    if (pos === from) return pos
  }
}

/** Returns how many NUL bytes stand in a stretch that `skipNuls` skipped. */
export const nulsIn = (bytes: Buffer, start: number, stop: number): number =>
  unescapeJson(bytes, start, stop).filter((byte) => byte === 0).length

/** Whether a code unit is next as `\u` and its four digits. */
const isEscaped = (bytes: Buffer, at: number, stop: number, unit: number): boolean =>
  at + 6 <= stop && bytes[at] === 0x5c && bytes[at + 1] === 0x75 && hex4(bytes, at + 2) === unit

function space(bytes: Buffer, start: number, stop: number): number {
  const limit = Math.min(stop, start + 48)
  for (let i = start; i < limit; i++) if (bytes[i] === 0x20) return i
  return -1
}

const isStd = (bytes: Buffer, at: number): boolean =>
  bytes[at] === 0x73 && bytes[at + 1] === 0x74 && bytes[at + 2] === 0x64

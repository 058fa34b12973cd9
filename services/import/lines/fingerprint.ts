// Pure: what names a file in its lines' `file` field: its content, so that renaming and compressing change nothing. It begins with
// the first line's time, so that a life's files sort by it as they were written.
import { hash } from 'node:crypto'
import { parseContainerLine } from './container-line.ts'

const headBytesMax = 1024

/** `20261123T100000123456789-0f3a…`: of the first line, at most 1 KiB of it; the same for a file and its .gz. */
export function fingerprintOf(firstLine: Buffer): string {
  const time = parseContainerLine(firstLine)?.time.replaceAll(/[-:.Z]/g, '')
  const digest = hash('sha256', firstLine.subarray(0, headBytesMax), 'hex').slice(0, 16)
  return time === undefined ? digest : `${time}-${digest}`
}

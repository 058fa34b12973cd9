// Pure: the fingerprint of a file, sent in its lines' `file` field. It depends on the content alone, so that renaming
// and compressing do not change it. It begins with the time of the first line, so that a life's files sort in order of
// writing.
import { hash } from 'node:crypto'
import { parseContainerLine } from './container-line.ts'

const headBytesMax = 1024

/**
 * Returns `20261123T100000123456789-0f3a…`, made of at most 1 KiB of the first line; the same for a file and its .gz.
 */
export function fingerprintOf(firstLine: Buffer): string {
  const time = parseContainerLine(firstLine)?.time.replaceAll(/[-:.Z]/g, '')
  const digest = hash('sha256', firstLine.subarray(0, headBytesMax), 'hex').slice(0, 16)
  return time === undefined ? digest : `${time}-${digest}`
}

// Pure: the JSON around a line's bytes, for the batches that the importer's builder makes. Keys of the marks say what
// the acknowledgement of a batch means for which file.
import type { LogFile } from '../lives/log-file.ts'

const cri = Buffer.from(',"cri":"')
/** A mark has no text. */
const stream = Buffer.from(',"stream":"')
const nothing = Buffer.alloc(0)

/** All files are read by one reader, whose batches have lines of many. */
export const container = 'agent'

/** What of a file a batch has: lines, its last line once more as its end, or a mark of what is lost. */
export type Said = 'lines' | 'end' | 'loss'

export const keyOf = (said: Said, { id }: LogFile): string => `${said} ${id}`

export function saidBy(key: string): { said: Said; id: number } {
  const [said, id] = key.split(' ')
  return { said: said as Said, id: Number(id) }
}

/** The arguments of BatchBuilder.add in front of a line. */
export function lineHead({ file, life }: LogFile): { head: Buffer; field: Buffer } {
  return { head: Buffer.from(`{${originOf(life.path, file)},"offset":`), field: cri }
}

/** Of a mark, which stands where the file ended when it was last seen. */
export function markHead({ file, life, lostAt }: LogFile): { head: Buffer; field: Buffer; bytes: Buffer } {
  const head = `{${originOf(life.path, file)},"mark":true,"time":"${lostAt}","offset":`
  return { head: Buffer.from(head), field: stream, bytes: nothing }
}

/** Whether a record that was made here is of the file. */
export function isRecordOf(record: Buffer, { life, file }: LogFile): boolean {
  const head = Buffer.from(`{${originOf(life.path, file)},`)
  return record.subarray(0, head.length).equals(head)
}

const originOf = (path: string, file: string | undefined): string =>
  `"path":${JSON.stringify(path)},"file":${JSON.stringify(file)}`

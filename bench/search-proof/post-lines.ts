// Lines of the corpus as bodies of posts: whole lines as records, others in fragments of a container's file, whose
// fragments stand in several posts. Bytes that are no text stay as they are.
import type { CorpusLine } from './line-corpus.ts'

const recordsPerBody = 500

/** Line n has the time `startMs` + n. */
export function bodiesOf(lines: readonly CorpusLine[], startMs: number): Buffer[] {
  const offsets = new Map<string, number>()
  const records = lines.flatMap((line, at) => {
    const time = new Date(startMs + at)
    return line.fragments === 1 ? [wholeRecord(line, time)] : fragmentRecords(line, time, offsets)
  })
  const bodies: Buffer[] = []
  // An odd number: ends of posts fall between fragments.
  for (let at = 0; at < records.length; at += recordsPerBody - 1)
    bodies.push(
      Buffer.concat([Buffer.from('{"records":['), joined(records.slice(at, at + recordsPerBody - 1)), Buffer.from(']}')]),
    )
  return bodies
}

function wholeRecord({ message, attributes, labels, severity, pod, restart }: CorpusLine, time: Date): Buffer {
  const fields = { time: time.toISOString(), namespace: 'shop', pod, podUid: `uid-${pod}`, container: 'app', restart }
  const rest = JSON.stringify({ ...fields, severity: severity === '' ? undefined : severity, attributes, labels })
  return Buffer.concat([Buffer.from(`${rest.slice(0, -1)},"message":`), jsonString(message), Buffer.from('}')])
}

/** The kubelet writes a long line in pieces, each with its time. */
function fragmentRecords(line: CorpusLine, time: Date, offsets: Map<string, number>): Buffer[] {
  const { message, fragments, pod, restart, attributes, labels, severity } = line
  const path = `/var/log/pods/shop_${pod}_uid-${pod}/app/${restart}.log`
  const size = Math.max(1, Math.ceil(message.length / fragments))
  const pieces: Buffer[] = []
  for (let at = 0; at < message.length || at === 0; at += size) pieces.push(message.subarray(at, at + size))
  return pieces.map((piece, index) => {
    const stamp = `${time.toISOString().slice(0, 23)}${String(index).padStart(6, '0')}Z`
    const cri = Buffer.concat([Buffer.from(`${stamp} stdout ${index === pieces.length - 1 ? 'F' : 'P'} `), piece])
    const offset = offsets.get(path) ?? 0
    offsets.set(path, offset + cri.length + 1)
    const rest = JSON.stringify({
      path,
      offset,
      file: path,
      attributes,
      labels,
      severity: severity === '' ? undefined : severity,
    })
    return Buffer.concat([Buffer.from(`${rest.slice(0, -1)},"cri":`), jsonString(cri), Buffer.from('}')])
  })
}

function jsonString(bytes: Buffer): Buffer {
  const parts: Buffer[] = [Buffer.from('"')]
  for (const byte of bytes)
    parts.push(
      byte < 0x20
        ? Buffer.from(`\\u${byte.toString(16).padStart(4, '0')}`)
        : Buffer.from(byte === 0x22 || byte === 0x5c ? [0x5c, byte] : [byte]),
    )
  parts.push(Buffer.from('"'))
  return Buffer.concat(parts)
}

const joined = (records: readonly Buffer[]): Buffer =>
  Buffer.concat(records.flatMap((record, at) => (at === 0 ? [record] : [Buffer.from(','), record])))

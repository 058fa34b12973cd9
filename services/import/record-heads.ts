// Pure: the JSON around a line's bytes. Lines of containers are sent as they stand in the file, with the path of the
// file (the second record form of docs/formats.md). Lines of the node's own logs have unit, node and time.
import type { PodFile, SystemFile } from './files/plan.ts'
import type { OnLine } from './lines/line-splitter.ts'
import { parseSystemLine } from './lines/system-line.ts'
import { timeOfMs } from './lines/rfc3339.ts'
import type { BatchBuilder } from './send/batch-builder.ts'
import type { Tally } from './tally.ts'

const cri = Buffer.from(',"cri":"')
const message = Buffer.from(',"message":"')
const headBytes = 4096

/** Adds the lines of a container's file to the batches. `file` is the fingerprint. */
export function containerRecords({ path, containerId }: PodFile, file: string, builder: BatchBuilder): OnLine {
  const id = containerId === undefined ? '' : `"containerId":${JSON.stringify(containerId)},`
  const head = Buffer.from(`{"path":${JSON.stringify(path)},${id}"file":${JSON.stringify(file)},"offset":`)
  return (bytes, start, end, offset, length) => builder.add(head, cri, true, bytes, start, end, offset, length)
}

/**
 * Adds lines of a node's own log. A line without a readable time takes that of the line before, or the file's last
 * change.
 */
export function systemRecords(
  { system, entry }: SystemFile,
  file: string,
  node: string,
  builder: BatchBuilder,
  tally: Tally,
): OnLine {
  let time = timeOfMs(entry.mtimeMs, '')!
  let unit = system.unit ?? system.name.replace(/\.log$/, '')
  return (bytes, start, end, offset, length) => {
    const line = parseSystemLine(bytes.toString('latin1', start, Math.min(end, start + headBytes)), {
      syslog: system.unit === undefined,
      mtimeMs: entry.mtimeMs,
    })
    if (line.time === undefined) tally.undated++
    time = line.time ?? time
    unit = line.unit ?? unit
    const origin = `"unit":${JSON.stringify(unit)},"node":${JSON.stringify(node)},"time":"${time}"`
    const head = Buffer.from(`{${origin},"file":${JSON.stringify(file)},"offset":`)
    builder.add(head, message, false, bytes, start + line.textStart, end, offset, length, time)
  }
}

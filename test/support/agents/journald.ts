// Entries as Docker's journald driver writes them, which kubelet's containers had with dockershim and have with
// cri-dockerd: the name of the container says whose line it is. https://docs.docker.com/engine/logging/drivers/journald/
import { httpProtocol, printedText, type AgentLine } from './protocol.ts'

/** One entry in the export format. A value with a newline or a control byte is binary. */
export function exportEntry(fields: readonly (readonly [name: string, value: string | Buffer])[]): Buffer {
  return Buffer.concat([
    ...fields.map(([name, value]) => {
      const bytes = Buffer.from(value as string)
      if (/^[\x20-\x7e]*$/.test(bytes.toString('latin1'))) return Buffer.concat([Buffer.from(`${name}=`), bytes, newline])
      const size = Buffer.alloc(8)
      size.writeBigUInt64LE(BigInt(bytes.length))
      return Buffer.concat([Buffer.from(`${name}\n`), size, bytes, newline])
    }),
    newline,
  ])
}

const newline = Buffer.from('\n')

function entryOf(line: AgentLine): Buffer {
  const container = `k8s_${line.container}_${line.pod}_${line.namespace}_${line.podUid}_${line.restart}`
  return exportEntry([
    ['__REALTIME_TIMESTAMP', String(line.time / 1000n)],
    ['PRIORITY', line.stream === 'stderr' ? '3' : '6'],
    ...(line.pod === '' ? [] : [['CONTAINER_NAME', container] as const]),
    ...(line.isPartial === true ? [['CONTAINER_PARTIAL_MESSAGE', 'true'] as const] : []),
    ['MESSAGE', line.message],
  ])
}

export const journald = httpProtocol({
  name: 'journald',
  path: '/upload',
  type: 'application/vnd.fdo.journal',
  body: (lines) => Buffer.concat(lines.map(entryOf)),
  printed: {
    'in the text': {
      by: 'agent',
      body: (line, fields) => entryOf({ ...line, message: Buffer.from(printedText(line, fields)) }),
    },
  },
  lacks: ['labels', 'attributes', 'offset', 'nanoseconds'],
})

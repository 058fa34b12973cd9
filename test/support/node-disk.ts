// Container logs as a node has them on its disk, and what kubectl printed of them while the node was there: the
// kubelet's reading of a log file (k8s.io/cri-client pkg/logs/logs.go), written anew so that it shares nothing with
// what it is compared with.

export interface DiskLog {
  namespace: string
  pod: string
  uid: string
  container: string
  restart: number
  /** Lines of the file without their newlines: time, stream, tag, text. */
  lines: Buffer[]
}

export const pathOf = ({ namespace, pod, uid, container, restart }: DiskLog): string =>
  `/var/log/pods/${namespace}_${pod}_${uid}/${container}/${restart}.log`

export interface KubeletOptions {
  timestamps?: boolean
  tail?: number
  limitBytes?: number
}

export function kubeletPrints(
  { lines }: DiskLog,
  { timestamps = false, tail = lines.length, limitBytes }: KubeletOptions = {},
): Buffer {
  const parts: Buffer[] = []
  let atLineStart = true
  for (const line of tail === 0 ? [] : lines.slice(-tail)) {
    const text = line.toString('latin1')
    const [, time = '', tag = '', message = ''] = /^(\S+) \S+ ([FP]) ([^]*)$/.exec(text) ?? []
    if (timestamps && atLineStart) parts.push(Buffer.from(`${time} `))
    parts.push(Buffer.from(`${message}${tag === 'F' ? '\n' : ''}`, 'latin1'))
    atLineStart = tag === 'F'
  }
  const all = Buffer.concat(parts)
  return limitBytes === undefined ? all : all.subarray(0, limitBytes)
}

/**
 * A file with all that logs have in them: bytes that are no text, lone carriage returns, empty lines, escapes, both
 * streams, a line in pieces.
 */
export function oddLines(name: string, epochMs: number): Buffer[] {
  const time = (i: number) => `${new Date(epochMs + i * 10).toISOString().slice(0, -1)}${String(100_000 + i).padStart(6, '0')}Z`
  const texts: [tag: string, text: string | Buffer][] = [
    ['stdout F', `${name} begins`],
    ['stderr F', Buffer.from([0x61, 0xff, 0xfe, 0x00, 0xc3, 0x28, 0x62])],
    ['stdout F', ''],
    ['stdout F', 'windows\r'],
    ['stderr F', '\u001b[31mred\u001b[0m \t "quoted" \\backslash\\ {"json":true}'],
    ['stdout F', 'Grüße, 世界 🌍'],
    ['stdout F', '   '],
    ['stdout P', 'long '.repeat(3277).slice(0, 16_384)],
    ['stdout P', '-'.repeat(16_384)],
    ['stdout F', 'end of the long line'],
    ['stderr F', ''],
    ['stdout F', `${name} ends`],
  ]
  return texts.map(([tag, text], i) => Buffer.concat([Buffer.from(`${time(i)} ${tag} `), Buffer.from(text)]))
}

// Ready-made NDJSON bodies as an agent posts them, so that making them costs nothing while something is measured.
import { createRandom } from '../storage/random.ts'

export interface BodiesOptions {
  lines: number
  pods: number
  linesPerBody: number
  seed: number
  /** Times run up to here, ms since 1970. */
  untilMs: number
  hours: number
}

const words =
  'request handled timeout upstream cart checkout payment retry cache miss user order db query slow connection refused closed started finished'.split(
    ' ',
  )

/** uid of a pod of the bodies. */
export const podUid = (pod: number): string => `5b0c0000-0000-4000-8000-${String(pod).padStart(12, '0')}`

/** Batches of path-and-CRI records; each batch is one pod's, as a node agent reads a file. */
export function makeBodies({ lines, pods, linesPerBody, seed, untilMs, hours }: BodiesOptions): Buffer[] {
  const random = createRandom(seed)
  const offsets = Array.from({ length: pods }, () => 0)
  const bodies: Buffer[] = []
  for (let first = 0; first < lines; first += linesPerBody) {
    const pod = bodies.length % pods
    const path = `/var/log/pods/ns${pod % 10}_cart-${pod}_${podUid(pod)}/app/0.log`
    const body: string[] = []
    for (let i = first; i < Math.min(first + linesPerBody, lines); i++) {
      const ms = untilMs - hours * 3_600_000 + Math.floor((i * hours * 3_600_000) / lines)
      const time = new Date(ms).toISOString().replace('Z', `${String(random.int(1_000_000)).padStart(6, '0')}Z`)
      const said = Array.from({ length: 8 }, () => random.pick(words)).join(' ')
      const message =
        i % 3 === 0
          ? JSON.stringify({
              level: 'info',
              ts: ms,
              msg: said,
              trace_id: random.hex(32),
              status: 200,
              latency_ms: random.int(1000),
              path: `/api/v1/${random.pick(words)}`,
            })
          : `level=info trace_id=${random.hex(32)} msg="${said}" path=/api/v1/${random.pick(words)}/${random.hex(8)} duration=${random.int(1000)}ms ip=10.1.${random.int(255)}.${random.int(255)}`
      const cri = `${time} stdout F ${message}`
      body.push(JSON.stringify({ path, offset: offsets[pod], length: cri.length + 1, file: `f${pod}`, cri }))
      offsets[pod]! += cri.length + 1
    }
    bodies.push(Buffer.from(body.join('\n')))
  }
  return bodies
}

// Lines of a population as agents post them: NDJSON of path and raw line, without either where the agent knows no
// uid. Pure.
import { createRandom } from '../storage/random.ts'
import type { Life, Pod } from './population.ts'

const random = createRandom(7)
const words = 'request handled timeout upstream cart checkout payment retry cache miss order query slow refused'.split(' ')
const texts = Array.from({ length: 1000 }, (_, i) => {
  const text = Array.from({ length: 10 }, () => random.pick(words)).join(' ')
  return `level=${i % 20 === 0 ? 'error' : 'info'} msg="${text}" path=/api/v1/${random.pick(words)} duration=${random.int(900)}ms id=`
})

export interface LineRun {
  /** First line of the life's lines, and the one behind the last. */
  from: number
  to: number
  /** Names the file that the lines stand in. */
  file: string
}

const lengthOf = (message: string): number => message.length + 41

/** Lines of one life, spread evenly over its time. The same arguments give the same bytes. */
export function linesOf(pod: Pod, life: Life, untilMs: number, { from, to, file }: LineRun): string {
  const stepMs = ((life.endedMs ?? untilMs) - life.startedMs) / (life.lines + 1)
  let body = ''
  for (let line = from; line < to; line++) {
    const isLast = line === life.lines - 1 && life.endedMs !== undefined
    body += lineAt(pod, life, { line, ms: life.startedMs + (line + 1) * stepMs, file, isLast })
  }
  return body
}

/** One record, with its newline. Lines of a file are of one length, so an offset is the number times the length. */
export function lineAt(
  pod: Pod,
  life: Life,
  { line, ms, file, isLast }: { line: number; ms: number; file: string; isLast: boolean },
): string {
  const time = `${new Date(ms).toISOString().slice(0, 23)}${String(line % 1_000_000).padStart(6, '0')}Z`
  const text = texts[(pod.number * 31 + line) % 1000]!
  const message = `${text.padEnd(160, '.')}${(line * 2_654_435_761) % 0xffffffff}`.padEnd(175, '.')
  const length = lengthOf(message)
  const end = isLast ? ',"eof":true' : ''
  const position = `"offset":${line * length},"length":${length},"file":"${file}","node":"${pod.node}"${end}`
  if (pod.withoutUid)
    return `{"time":"${time}","namespace":"${pod.namespace}","pod":"${pod.name}","container":"app","stream":"stdout",${position},"message":${JSON.stringify(message)}}\n`
  const path = `/var/log/pods/${pod.namespace}_${pod.name}_${pod.pathUid}/app/${life.restart}.log`
  return `{"path":"${path}",${position},"cri":${JSON.stringify(`${time} stdout F ${message}`)}}\n`
}

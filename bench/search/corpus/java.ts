// Lines of a Java service: one, or with an exception its stack trace, a line for each frame.
import type { Random } from '../../storage/random.ts'
import type { CorpusPod } from './pods.ts'
import { sayings } from './sayings.ts'
import type { Words } from './words.ts'

const exceptions = [
  'java.lang.NullPointerException',
  'java.net.SocketTimeoutException',
  'java.lang.IllegalStateException',
  'org.springframework.dao.DataAccessResourceFailureException',
]
const methods = ['handle', 'invoke', 'execute', 'findById', 'commit', 'await', 'doFilter', 'apply']

export function javaLines(
  random: Random,
  words: Words,
  pod: CorpusPod,
  { time, traceId }: { time: string; traceId: string },
): { severity: string; stream: 'stdout'; lines: string[] } {
  const { level, text } = sayings(random, words)
  const head =
    `${time.slice(0, 10)} ${time.slice(11, 23)} ${level.toUpperCase().padEnd(5)} [${pod.service},${traceId},${random.hex(16)}] 1 --- ` +
    `[nio-8080-exec-${random.int(64)}] c.e.${pod.service}.${classOf(words)} : ${text} orderId=${random.int(1_000_000)} took ${random.int(900)} ms`
  if (level !== 'error') return { severity: level, stream: 'stdout', lines: [head] }
  const frames = Array.from({ length: 6 + random.int(14) }, () => {
    const name = classOf(words)
    return `\tat com.example.${pod.service}.${words.name().toLowerCase()}.${name}.${random.pick(methods)}(${name}.java:${random.int(600)}) ~[app.jar!/:1.${random.int(40)}.0]`
  })
  return { severity: level, stream: 'stdout', lines: [head, `${random.pick(exceptions)}: ${text}`, ...frames] }
}

function classOf(words: Words): string {
  const name = words.name()
  return `${name[0]!.toUpperCase()}${name.slice(1)}`
}

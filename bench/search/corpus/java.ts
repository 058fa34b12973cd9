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

/** 150 stacks: the same few places fail again and again. */
export function createStacks(random: Random, words: Words): readonly string[][] {
  const frame = (): string => {
    const name = classOf(words)
    const call = `com.example.${words.name().toLowerCase()}.${name}.${random.pick(methods)}(${name}.java:${random.int(600)})`
    return `\tat ${call} ~[app.jar!/:1.${random.int(40)}.0]`
  }
  return Array.from({ length: 150 }, () => Array.from({ length: 6 + random.int(14) }, frame))
}

export function javaLines(options: {
  random: Random
  words: Words
  stacks: readonly string[][]
  pod: CorpusPod
  time: string
  traceId: string
}): { severity: string; stream: 'stdout'; lines: string[] } {
  const { random, words, stacks, pod, time, traceId } = options
  const { level, text } = sayings(random, words)
  const trace = `[${pod.service},${traceId},${random.hex(16)}]`
  const head =
    `${time.slice(0, 10)} ${time.slice(11, 23)} ${level.toUpperCase().padEnd(5)} ${trace} 1 --- ` +
    `[nio-8080-exec-${random.int(64)}] c.e.${pod.service}.${classOf(words)} : ${text} ` +
    `orderId=${random.int(1_000_000)} took ${random.int(900)} ms`
  if (level !== 'error') return { severity: level, stream: 'stdout', lines: [head] }
  const frames = random.pick(stacks)
  return { severity: level, stream: 'stdout', lines: [head, `${random.pick(exceptions)}: ${text}`, ...frames] }
}

function classOf(words: Words): string {
  const name = words.name()
  return `${name[0]!.toUpperCase()}${name.slice(1)}`
}

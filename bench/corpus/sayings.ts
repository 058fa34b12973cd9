// What a container says, as CRI records with times to the nanosecond: JSON, logfmt, access lines and stack traces, and
// now and then what breaks log pipelines: fragments, empty lines, tabs, CRLF, NUL, bytes that are not UTF-8, several
// lines of one nanosecond.
import { say, type Dialect } from '../storage/messages.ts'
import type { Random } from '../storage/random.ts'

export interface SayerOptions {
  random: Random
  startMs: number
  /** Mean time between lines. */
  stepMs: number
  /** A record as it stands in the file, without its newline; `fragment`: it goes on from the one before. */
  record(bytes: Buffer, atMs: number, fragment: boolean): void
  /** A whole message, in the order in which answers must show them. */
  expect(message: Buffer): void
}

export interface Sayer {
  say(): void
  /** Lines said: fragments are parts of one. */
  readonly said: number
}

/** Fragments of containerd and CRI-O are as long as their buffer. */
const fragmentBytes = 16 * 1024
const dialects: readonly Dialect[] = ['json', 'logfmt', 'access', 'java']

export function createSayer({ random, startMs, stepMs, record, expect }: SayerOptions): Sayer {
  const dialect = random.pick(dialects)
  const service = random.pick(['cart', 'orders', 'search'])
  const out = Buffer.allocUnsafeSlow(64 * 1024)
  const clock = createClock(random, startMs, stepMs)
  let said = 0
  let continues = false

  const put = (stream: string, tag: 'P' | 'F', message: Buffer | string) => {
    let length = out.write(`${clock.text} ${stream} ${tag} `, 'latin1')
    length += typeof message === 'string' ? out.write(message, length) : message.copy(out, length)
    record(out.subarray(0, length), clock.ms, continues)
    continues = tag === 'P'
    return length - (typeof message === 'string' ? Buffer.byteLength(message) : message.length)
  }
  const whole = (message: Buffer | string) => {
    const start = put(random.next() < 0.2 ? 'stderr' : 'stdout', 'F', message)
    expect(out.subarray(start, start + Buffer.byteLength(message)))
    said++
  }
  // stdout in fragments, a line of stderr between them: the joined line has the first one's time, so it comes first.
  const fragmented = () => {
    const message = Buffer.from(random.hex(2 * fragmentBytes + random.int(fragmentBytes)))
    expect(message)
    put('stdout', 'P', message.subarray(0, fragmentBytes))
    clock.later()
    const between = `between fragments ${random.hex(8)}`
    const start = put('stderr', 'F', between)
    expect(out.subarray(start, start + between.length))
    continues = true
    clock.later()
    put('stdout', 'P', message.subarray(fragmentBytes, 2 * fragmentBytes))
    clock.later()
    put('stdout', 'F', message.subarray(2 * fragmentBytes))
    said += 2
  }
  return {
    say() {
      const dice = random.next()
      // The same nanosecond again: the order of the file is the order of the answer.
      if (dice < 0.003 && said > 0) {
        whole(`same nanosecond ${random.int(3)}`)
        return
      }
      clock.next(said)
      if (dice < 0.0035) fragmented()
      else if (dice < 0.006) whole(random.pick(oddities))
      else {
        const { lines } = say(random, dialect, clock.text, service, random.hex(32))
        lines.forEach((line, i) => {
          if (i > 0) clock.later()
          whole(line)
        })
      }
    },
    get said() {
      return said
    },
  }
}

const oddities = [
  Buffer.from(''),
  Buffer.from(' '),
  Buffer.from('tab\tseparated\tcolumns'),
  Buffer.from('from Windows\r'),
  Buffer.from('\u001b[31mred\u001b[0m "quoted" \\ back\\slash / \u007f'),
  Buffer.from('Grüße, 世界 🦊 \u2028'),
  Buffer.from([0x6e, 0x75, 0x6c, 0x00, 0x20, 0x01, 0x1f]),
  Buffer.from([0x61, 0xff, 0xfe, 0x00, 0x62, 0xc3, 0x28, 0xe2, 0x82]),
  Buffer.from('F stdout 2026-11-23T10:00:00Z not a header'),
]

/** Strictly increasing times around an even pace, in µs with three digits behind. */
function createClock(random: Random, startMs: number, stepMs: number) {
  const startUs = startMs * 1000
  const stepUs = stepMs * 1000
  let us = startUs
  let text = ''
  let second = -1
  let secondText = ''
  const set = (next: number) => {
    us = Math.max(us + 1, Math.floor(next))
    const now = Math.floor(us / 1e6)
    if (now !== second) {
      second = now
      secondText = new Date(now * 1000).toISOString().slice(0, 19)
    }
    text = `${secondText}.${String(us % 1e6).padStart(6, '0')}${String(random.int(1000)).padStart(3, '0')}Z`
  }
  return {
    next: (n: number) => set(startUs + (n + 0.9 * random.next()) * stepUs),
    later: () => set(us + 1),
    get text() {
      return text
    },
    get ms() {
      return us / 1000
    },
  }
}

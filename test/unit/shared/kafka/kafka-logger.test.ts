import { logLevel } from 'kafkajs'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { kafkaLogCreator, kafkaLogLevel } from '#shared/kafka/kafka-logger.ts'

function capture(level = 'info') {
  const lines: Record<string, unknown>[] = []
  const log = pino({ level }, { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) })
  let time = 1_000_000
  const write = kafkaLogCreator({ log, now: () => time })(logLevel.INFO)
  const say = (at: logLevel, message: string, more: Record<string, unknown> = {}): void =>
    write({ namespace: 'Connection', level: at, label: '', log: { timestamp: '', message, ...more } })
  return { lines, say, wait: (ms: number) => (time += ms), log }
}

test('an outage of a minute is a warning every ten seconds, with how often it came', () => {
  const { lines, say, wait } = capture()
  for (let ms = 0; ms < 60_000; ms += 100) {
    say(logLevel.ERROR, 'Connection error: connect ECONNREFUSED', { broker: '127.0.0.1:9092' })
    wait(100)
  }
  expect(lines).toHaveLength(6)
  expect(lines.every((line) => line['level'] === 40)).toBe(true)
  expect(lines.map((line) => line['repeated'])).toEqual([undefined, 99, 99, 99, 99, 99])
  expect(lines[0]).toMatchObject({ broker: '127.0.0.1:9092', msg: 'kafka Connection: Connection error: connect ECONNREFUSED' })
})

test('another text, and another broker, is written at once', () => {
  const { lines, say } = capture()
  say(logLevel.ERROR, 'Connection timeout', { broker: 'a:9092' })
  say(logLevel.ERROR, 'Connection timeout', { broker: 'b:9092' })
  say(logLevel.WARN, 'something else')
  expect(lines).toHaveLength(3)
})

test('texts without end do not fill the memory, and are still written', () => {
  const { lines, say } = capture()
  for (let i = 0; i < 2000; i++) say(logLevel.WARN, `text ${i}`)
  expect(lines).toHaveLength(2000)
})

test('what kafkajs attaches is not written, unless it is known to be harmless', () => {
  const { lines, say } = capture()
  say(logLevel.ERROR, 'failed', { error: 'why', sasl: { password: 'hunter2' }, payload: 'hunter2', stack: 'at hunter2' })
  expect(JSON.stringify(lines)).not.toContain('hunter2')
  expect(lines[0]).toMatchObject({ error: 'why' })
})

test('information is information, debugging is a trace', () => {
  const { lines, say } = capture('trace')
  say(logLevel.INFO, 'joined', { groupId: 'afterlog' })
  say(logLevel.DEBUG, 'request')
  expect(lines.map((line) => line['level'])).toEqual([30, 10])
})

test('a consumer that starts and stops without end is information every ten seconds, too', () => {
  const { lines, say, wait } = capture()
  for (let ms = 0; ms < 30_000; ms += 1000) {
    for (const text of ['Starting', 'Stopped']) say(logLevel.INFO, text, { groupId: 'afterlog' })
    wait(1000)
  }
  expect(lines.map(({ level, repeated }) => [level, repeated])).toEqual([
    [30, undefined],
    [30, undefined],
    ...Array.from({ length: 4 }, () => [30, 9]),
  ])
})

test('kafkajs formats only what will be written', () => {
  expect(['trace', 'debug', 'info', 'warn', 'silent'].map((level) => kafkaLogLevel(pino({ level })))).toEqual([
    logLevel.DEBUG,
    logLevel.INFO,
    logLevel.INFO,
    logLevel.WARN,
    logLevel.WARN,
  ])
})

test('what kafkajs says about settings that we chose is not repeated', () => {
  const { lines, say } = capture()
  say(logLevel.WARN, 'Limiting retries for the idempotent producer may invalidate EoS guarantees')
  expect(lines).toEqual([])
})

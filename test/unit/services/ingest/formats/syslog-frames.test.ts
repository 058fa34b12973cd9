import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { SyslogFramer } from '#ingest/formats/syslog-frames.ts'

function read(chunks: readonly (string | Buffer)[]) {
  const messages: string[] = []
  const framer = new SyslogFramer((bytes, start, stop) => messages.push(bytes.toString('utf8', start, stop)))
  const isSyslog = chunks.every((chunk) => framer.push(Buffer.from(chunk as string)))
  return { messages, isSyslog, isCut: framer.end() }
}

test('counted messages and lines come out whole, wherever chunks end', () => {
  const sent = '11 <13>two\nend<14>a line\n8 <13>last\n\n<15>cr lf\n3 {}\n{"json":1}\n'
  const messages = ['<13>two\nend', '<14>a line', '<13>last', '<15>cr lf', '{}', '{"json":1}']
  for (let size = 1; size <= sent.length; size++) {
    const chunks = Array.from({ length: Math.ceil(sent.length / size) }, (_, i) => sent.slice(i * size, (i + 1) * size))
    expect(read(chunks)).toEqual({ messages, isSyslog: true, isCut: false })
  }
})

test('what stands behind the last newline is a message, and a counted message that is cut short is none', () => {
  expect(read(['<13>a\n<13>b'])).toMatchObject({ messages: ['<13>a', '<13>b'], isCut: false })
  expect(read(['5 <13>a9 <13>b'])).toMatchObject({ messages: ['<13>a'], isCut: true })
  expect(read(['5 <13>a1'])).toMatchObject({ messages: ['<13>a'], isCut: true })
})

test('a line may end in CR and LF, of which neither is text, wherever chunks end', () => {
  const sent = '<13>one\r\n<13>two\r\r\n<13>a\rb\r\n9 <13>four\r\r\n10 <13>five\r\n\r\n<13>last\r\n'
  const messages = ['<13>one', '<13>two\r', '<13>a\rb', '<13>four\r', '<13>five', '<13>last']
  for (let size = 1; size <= sent.length; size++) {
    const chunks = Array.from({ length: Math.ceil(sent.length / size) }, (_, i) => sent.slice(i * size, (i + 1) * size))
    expect(read(chunks).messages).toEqual(messages)
  }
})

test('bytes that say not where a message begins end the connection', () => {
  for (const sent of ['12x', '1234567890 x', `${'9'.repeat(100)} x`]) expect(read([sent]).isSyslog).toBe(false)
})

test.each([
  ['counted', (text: string) => `${text.length} ${text}`],
  ['a line', (text: string) => `${text}\n`],
])('a long message is cut with the digest of the whole: %s', (_, frame) => {
  const text = `<13>${'0123456789'.repeat(100_000)}`
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 16)
  const sent = `${frame(text)}${frame('<13>next')}`
  for (const size of [65_536, 1_000_003, sent.length]) {
    const chunks = Array.from({ length: Math.ceil(sent.length / size) }, (_chunk, i) => sent.slice(i * size, (i + 1) * size))
    const { messages } = read(chunks)
    expect(messages).toHaveLength(2)
    expect(messages[0]!.length).toBeLessThanOrEqual(256 * 1024)
    expect(messages[0]!.endsWith(` of ${text.length} bytes, SHA-256 ${digest}]`)).toBe(true)
    expect(messages[1]).toBe('<13>next')
  }
})

import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { JournalStream } from '#ingest/formats/journal-stream.ts'
import { exportEntry } from '#test/support/agents/journald.ts'

const binary = Buffer.from('line one\nline\ttwo\0\xff', 'latin1')
const entries = [
  exportEntry([
    ['__REALTIME_TIMESTAMP', '1796043000001000'],
    ['MESSAGE', 'first = text'],
  ]),
  exportEntry([
    ['MESSAGE', binary],
    ['_SYSTEMD_UNIT', 'kubelet.service'],
    ['EMPTY', ''],
  ]),
  exportEntry([['MESSAGE', 'last']]),
]
const body = Buffer.concat(entries)

function throughStream(chunks: readonly Buffer[]): Buffer {
  const stream = new JournalStream(0)
  const taken: Buffer[] = []
  for (const chunk of chunks) {
    stream.push(chunk)
    taken.push(Buffer.from(stream.take().body))
  }
  stream.end()
  return Buffer.concat([...taken, stream.take().body])
}

test('whole entries come out as they came, wherever chunks end', () => {
  for (const size of [1, 2, 3, 7, 50, body.length]) {
    const chunks = Array.from({ length: Math.ceil(body.length / size) }, (_, i) => body.subarray(i * size, (i + 1) * size))
    expect(throughStream(chunks)).toEqual(body)
  }
})

test('only whole entries are taken, with their number', () => {
  const stream = new JournalStream(0)
  stream.push(body.subarray(0, body.length - 3))
  expect(stream.take()).toEqual({ body: Buffer.concat(entries.slice(0, 2)), count: 2 })
  stream.push(body.subarray(body.length - 3))
  expect(stream.take()).toEqual({ body: entries[2], count: 1 })
})

test('a last entry needs no blank line, and more blank lines are no entries', () => {
  expect(throughStream([body.subarray(0, -1)])).toEqual(body)
  expect(throughStream([Buffer.concat([Buffer.from('\n\n'), entries[0]!, Buffer.from('\n\n'), entries[2]!])])).toEqual(
    Buffer.concat([entries[0]!, entries[2]!]),
  )
})

test('a field of more than 256 KiB is cut with a mark that has the digest of the whole, as text and as bytes', () => {
  const long = 'é'.repeat(200_000)
  const digest = createHash('sha256').update(long).digest('hex').slice(0, 16)
  const mark = ` …[cut by Afterlog: the first 262144 of 400000 bytes, SHA-256 ${digest}]`
  const asText = throughStream([Buffer.from(`MESSAGE=${long}\nA=1\n\n`)])
  expect(asText.toString()).toBe(`MESSAGE=${long.slice(0, 131_072)}${mark}\nA=1\n\n`)
  const sent = exportEntry([
    ['MESSAGE', long],
    ['A', '1'],
  ])
  const stored = exportEntry([
    ['MESSAGE', `${long.slice(0, 131_072)}${mark}`],
    ['A', '1'],
  ])
  expect(throughStream([sent.subarray(0, 1000), sent.subarray(1000, 300_000), sent.subarray(300_000)])).toEqual(stored)
})

test('of a million fields those that fit are kept, and the number of the others is said', () => {
  const fields = Array.from({ length: 1_000_000 }, (_, i) => `FIELD_${i}=${i}\n`).join('')
  const kept = throughStream([Buffer.from(`${fields}\n`), entries[2]!])
  expect(kept.length).toBeLessThan(3 * 1024 * 1024)
  expect(kept.subarray(-100).toString()).toMatch(/AFTERLOG_CUT=\d+ fields were left out\n\nMESSAGE=last\n\n$/)
})

describe('what is not of the format is refused with its place:', () => {
  const size = (bytes: bigint): Buffer => {
    const text = Buffer.alloc(8)
    text.writeBigUInt64LE(bytes)
    return text
  }
  test.each([
    ['markup', Buffer.from('<html>'), /name of a field.* at byte 0$/],
    ['a name without end', Buffer.alloc(100, 0x41), /at byte 64$/],
    ['no name', Buffer.from('=x\n'), /before "=" at byte 0$/],
    ['a field of 2^63 bytes', Buffer.concat([Buffer.from('A\n'), size(2n ** 63n)]), /9223372036854775808 bytes/],
    ['a binary field without newline', Buffer.concat([Buffer.from('A\n'), size(1n), Buffer.from('xy')]), /newline behind/],
  ])('%s', (_, bytes, message) => {
    expect(() => throughStream([bytes])).toThrow(message)
  })

  test.each([body.length - 3, 5, 70])('the end of the body at byte %i', (length) => {
    expect(() => throughStream([body.subarray(0, length)])).toThrow('cut short')
  })
})

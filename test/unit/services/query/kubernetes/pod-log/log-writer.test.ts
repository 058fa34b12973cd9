import { expect, test } from 'vitest'
import type { Line } from '#shared/lines/row-decoder.ts'
import { createLogWriter } from '#query/kubernetes/pod-log/log-writer.ts'

const t0 = 1_795_428_000_000_000_000n
const line = (message: string | Buffer, more: Partial<Line> = {}): Line =>
  ({ ts: t0, partial: false, ...more, message: Buffer.from(message) }) as Line
const plain = { timestamps: false, since: undefined, bytesMax: undefined }

test('bytes stay what they are, and every line has its newline', () => {
  const odd = Buffer.from([0x61, 0xff, 0xfe, 0x00, 0x62])
  const written = createLogWriter(plain).write([line(odd), line(''), line('crlf\r'), line('café')])
  expect(written).toEqual(Buffer.concat([odd, Buffer.from('\n\ncrlf\r\ncafé\n')]))
})

test('times have nine digits, as the kubelet writes them', () => {
  expect(
    createLogWriter({ ...plain, timestamps: true })
      .write([line('a'), line('b', { ts: t0 + 1n })])
      .toString(),
  ).toBe('2026-11-23T10:00:00.000000000Z a\n2026-11-23T10:00:00.000000001Z b\n')
})

test('a line whose end never came has no newline, and its rest no time', () => {
  const writer = createLogWriter({ ...plain, timestamps: true })
  expect(writer.write([line('begin ', { partial: true })]).toString()).toBe('2026-11-23T10:00:00.000000000Z begin ')
  expect(writer.write([line('end'), line('next')]).toString()).toBe('end\n2026-11-23T10:00:00.000000000Z next\n')
})

test('earlier lines are left out, the one of that time is not', () => {
  expect(
    createLogWriter({ ...plain, since: t0 + 1n })
      .write([line('a'), line('b', { ts: t0 + 1n })])
      .toString(),
  ).toBe('b\n')
})

test('bytes are cut where they may not be more, in the middle of a character too', () => {
  const writer = createLogWriter({ ...plain, bytesMax: 6 })
  expect(writer.write([line('ab')]).toString()).toBe('ab\n')
  expect(writer.full).toBe(false)
  expect(writer.write([line('xé'), line('y')])).toEqual(Buffer.from([0x78, 0xc3, 0xa9]))
  expect(writer.full).toBe(true)
  expect(writer.write([line('z')])).toHaveLength(0)
})

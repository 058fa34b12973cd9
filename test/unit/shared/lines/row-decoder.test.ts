import { expect, test } from 'vitest'
import { decodeStep, type Line } from '#shared/lines/row-decoder.ts'

function decodeWhole(rows: Buffer): Line[] {
  const lines: Line[] = []
  const step = decodeStep(rows, lines, 1)
  while (step());
  return lines
}

const text = (value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value)
  return Buffer.concat([
    bytes.length < 128 ? Buffer.from([bytes.length]) : Buffer.from([(bytes.length & 127) | 128, bytes.length >> 7]),
    bytes,
  ])
}
const int = (value: bigint): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(value)
  return bytes
}
const row = (message: Buffer): Buffer =>
  Buffer.concat([
    int(1_795_428_000_000_000_001n),
    ...['c', 'ns', 'pod', 'uid', 'app'].map(text),
    Buffer.from([255, 255, 255, 255]),
    ...['id', 'node', '', 'stdout'].map(text),
    Buffer.from([1]),
    text('info'),
    text(message),
    text(''),
    text(''),
    Buffer.from([1]),
    text('__proto__'),
    text('v'),
    Buffer.from([0]),
    int(-1n),
    int(211n),
    text('f'),
    int(99n),
    int(7n),
    Buffer.from([3, 0, 0, 0]),
    int(-1n),
  ])
const rows = Buffer.concat([row(Buffer.from([0x61, 0xff, 0xfe, 0x00, 0x62])), row(Buffer.alloc(300, 'x'))])

test('rows are the same wherever chunks cut them, and messages keep their bytes', async () => {
  const whole = decodeWhole(rows)
  expect(whole).toHaveLength(2)
  expect(whole[0]).toMatchObject({
    ts: 1_795_428_000_000_000_001n,
    podUid: 'uid',
    restart: -1,
    partial: true,
    offset: -1,
    length: 211,
    received: 99,
    arrival: 7n,
    seq: 3,
    identity: 2n ** 64n - 1n,
  })
  expect(whole[0]!.message).toEqual(Buffer.from([0x61, 0xff, 0xfe, 0x00, 0x62]))
  expect(Object.entries(whole[0]!.labels)).toEqual([['__proto__', 'v']])
  expect(() => decodeWhole(rows.subarray(0, -1))).toThrow('inside a row')
})

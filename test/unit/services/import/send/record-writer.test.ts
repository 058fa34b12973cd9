import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { RecordWriter } from '../../../../../services/import/send/record-writer.ts'

const head = Buffer.from('{"path":"p","offset":')
const field = Buffer.from(',"cri":"')

function written(line: Buffer, { offset = 0, length = 1, eof = false } = {}): Buffer {
  const writer = new RecordWriter(16)
  writer.open(head, field, line, 0, line.length, offset, length)
  writer.close(eof)
  return writer.take()
}

test('every byte arrives as it is, whether UTF-8 or not', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const record = JSON.parse(written(Buffer.from(bytes)).toString('latin1')) as { cri: string }
      expect(Buffer.from(record.cri, 'latin1')).toEqual(Buffer.from(bytes))
    }),
  )
})

test('a record has no raw newline but the one at its end', () => {
  const record = written(Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)))
  expect(record.indexOf(0x0a)).toBe(record.length - 1)
})

test('numbers up to 2^53 - 1 are written in full', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (offset, length) => {
      expect(JSON.parse(written(Buffer.from('x'), { offset, length, eof: true }).toString())).toEqual({
        path: 'p',
        offset,
        length,
        cri: 'x',
        eof: true,
      })
    }),
  )
  for (const offset of [0, 9, 10, 99, 100, 1e15, Number.MAX_SAFE_INTEGER])
    expect(JSON.parse(written(Buffer.from('x'), { offset }).toString())).toMatchObject({ offset })
})

test('a body that was taken back is used again, and what was taken is not touched before', () => {
  const writer = new RecordWriter(1024)
  writer.open(head, field, Buffer.from('one'), 0, 3, 0, 4)
  writer.close(false)
  const first = writer.take()
  writer.open(head, field, Buffer.from('two'), 0, 3, 0, 4)
  writer.close(false)
  expect(first.toString()).toContain('one')
  writer.recycle(first)
  const second = writer.take()
  expect(second.toString()).toContain('two')
  writer.open(head, field, Buffer.from('three'), 0, 5, 0, 6)
  writer.close(false)
  expect(writer.take().buffer).toBe(first.buffer)
})

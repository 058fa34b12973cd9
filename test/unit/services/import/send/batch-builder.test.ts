import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Batch } from '../../../../../services/import/send/batch.ts'
import { createBatchBuilder, halve } from '../../../../../services/import/send/batch-builder.ts'

const head = Buffer.from('{"offset":')
const field = Buffer.from(',"cri":"')
type Line = [stream: 'stdout' | 'stderr', tag: 'P' | 'F', text: string]

function batchesOf(lines: readonly Line[], { bytesMax = 200, recordsMax = 10_000, chunkTwice = false } = {}) {
  const batches: Batch[] = []
  const builder = createBatchBuilder({
    bytesMax,
    recordsMax,
    onBatch: (batch) => batches.push({ ...batch, body: Buffer.from(batch.body) }),
  })
  builder.beginFile('c', 'k')
  let offset = 0
  for (const [stream, tag, text] of lines) {
    const line = Buffer.from(`${chunkTwice ? 'xx' : ''}2026-11-23T10:00:00.123456789Z ${stream} ${tag} ${text}`)
    const start = chunkTwice ? 2 : 0
    builder.add(head, field, true, line, start, line.length, offset, line.length - start + 1)
    offset += line.length - start + 1
  }
  builder.endFile(false)
  builder.flush()
  return batches
}

const recordsOf = ({ body }: Pick<Batch, 'body'>) =>
  body
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { offset: number; cri: string; eof?: boolean })
const lineOf = fc.tuple(
  fc.constantFrom('stdout' as const, 'stderr' as const),
  fc.constantFrom('F' as const, 'F' as const, 'P' as const),
  fc.string({ maxLength: 40 }),
)

/** Streams that wait for their last fragment behind these records. */
function openAfter(records: readonly { cri: string }[]): string[] {
  const open = new Set<string>()
  for (const { cri } of records) {
    const [, stream, tag] = cri.split(' ')
    if (tag === 'P') open.add(stream!)
    else open.delete(stream!)
  }
  return [...open]
}

describe('batches', () => {
  test('hold every line once, in order, and end nowhere between the fragments of a line', () => {
    fc.assert(
      fc.property(fc.array(lineOf, { maxLength: 60 }), (lines) => {
        const batches = batchesOf(lines)
        expect(batches.flatMap(recordsOf).map(({ cri }) => cri.slice(31))).toEqual(lines.map((line) => line.join(' ')))
        for (const batch of batches.slice(0, -1)) {
          expect(openAfter(recordsOf(batch))).toEqual([])
          expect(batch.body.length).toBeGreaterThanOrEqual(200)
        }
        for (const batch of batches) expect(batch.records).toBe(recordsOf(batch).length)
      }),
    )
  })

  test('are the same whatever buffer the lines lie in', () => {
    fc.assert(
      fc.property(fc.array(lineOf, { maxLength: 40 }), (lines) => {
        expect(batchesOf(lines, { chunkTwice: true }).map(({ body }) => body)).toEqual(batchesOf(lines).map(({ body }) => body))
      }),
    )
  })

  test('end at the cap even where a fragment never ends', () => {
    const lines = Array.from({ length: 400 }, (): Line => ['stdout', 'P', 'x'.repeat(16_384)])
    const batches = batchesOf(lines)
    expect(batches.length).toBeGreaterThan(2)
    for (const { body } of batches) expect(body.length).toBeLessThan(3 * 1024 * 1024)
  })

  test('hold no more records than the server itemises rejects of', () => {
    expect(
      batchesOf(
        Array.from({ length: 25 }, (): Line => ['stdout', 'F', 'x']),
        { bytesMax: 1e6, recordsMax: 10 },
      ).map(({ records }) => records),
    ).toEqual([10, 10, 5])
  })

  test('never hold lines of two containers, and mark how far each file is stored once they are', () => {
    const batches: Batch[] = []
    const builder = createBatchBuilder({ bytesMax: 1e6, recordsMax: 100, onBatch: (batch) => batches.push(batch) })
    const add = (text: string, offset: number) => {
      const line = Buffer.from(`2026-11-23T10:00:00.123456789Z stdout ${text}`)
      builder.add(head, field, true, line, 0, line.length, offset, line.length + 1)
    }
    builder.beginFile('a', 'a0')
    add('F one', 0)
    builder.endFile(true)
    builder.beginFile('a', 'a1')
    add('F two', 0)
    add('P three', 44)
    builder.endFile(false)
    builder.beginFile('b', 'b0')
    add('F four', 7)
    builder.endFile(false)
    builder.flush()
    expect(
      batches.map(({ container, marks }) => [container, marks.map(({ key, offset, last }) => [key, offset, last?.offset])]),
    ).toEqual([
      [
        'a',
        [
          ['a0', 44, 0],
          ['a1', 90, 0],
        ],
      ],
      ['b', [['b0', 52, 7]]],
    ])
    expect(recordsOf(batches[0]!).map(({ eof }) => eof)).toEqual([true, undefined, undefined])
  })
})

describe('a body that is too large', () => {
  test('parts where no line has its fragments on both sides, as long as there is such a place', () => {
    fc.assert(
      fc.property(fc.array(lineOf, { minLength: 2, maxLength: 40 }), (lines) => {
        const [batch] = batchesOf(lines, { bytesMax: 1e9 }) as [Batch]
        const halves = halve(batch)!
        expect(halves.map(({ body }) => body.toString()).join('')).toBe(batch.body.toString())
        for (const { body } of halves) expect(body.length).toBeGreaterThan(0)
        if (batch.cuts.length > 0) expect(openAfter(recordsOf(halves[0]!))).toEqual([])
      }),
    )
  })

  test('of one record does not part', () => {
    expect(halve(batchesOf([['stdout', 'F', 'x']])[0]!)).toBeUndefined()
  })

  test('parts down to single records', () => {
    const sizes: number[] = []
    const part = (piece: { body: Buffer; cuts: number[] }): void => {
      const halves = halve(piece)
      if (halves === undefined) sizes.push(recordsOf(piece).length)
      else halves.forEach(part)
    }
    part(
      batchesOf(
        Array.from({ length: 9 }, (): Line => ['stdout', 'P', 'x']),
        { bytesMax: 1e9 },
      )[0]!,
    )
    expect(sizes).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1])
  })
})

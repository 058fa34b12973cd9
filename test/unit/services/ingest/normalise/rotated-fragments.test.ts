// Both streams of a container in files that are rotated within lines, while records of before come again: neither the
// sender nor the order of settled inserts makes one line of two.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeBatch } from '#ingest/formats/native-rows.ts'
import { OpenFragments, type FragmentsOfBatch } from '#ingest/normalise/open-fragments.ts'
import { decodeOptions, logRows, record } from '#test/support/decode.ts'
import { rowStore, texts } from '#test/support/fragments.ts'
import { scale, seed } from '#test/support/campaign.ts'

interface Step {
  stream: 'stdout' | 'stderr'
  /** Fragments of the line that begins with this record, if its stream has none open. */
  fragments: number
  rotates: boolean
}

/** Records as they stand in the files, and the lines. */
function written(steps: readonly Step[]) {
  const open = { stdout: { left: 0, line: '' }, stderr: { left: 0, line: '' } }
  const lines: string[] = []
  let [offset, file] = [0, 0]
  const write = (stream: Step['stream'], fragments: number, rotates: boolean) => {
    const at = open[stream]
    if (at.left === 0) Object.assign(at, { left: fragments, line: '' })
    at.left--
    if (rotates) [offset, file] = [0, file + 1]
    const message = `<${stream[3]}${records.length}>`
    at.line += message
    if (at.left === 0) lines.push(at.line)
    const nanos = String(100_000_000 + records.length * 1001 + 7)
    records.push({
      ...record,
      time: `2026-11-23T10:00:${String(10 + Math.floor(records.length / 3))}.${nanos}Z`,
      stream,
      message,
      partial: at.left > 0,
      file: `f${file}`,
      offset,
      length: 40,
    })
    offset += 40
  }
  const records: object[] = []
  for (const { stream, fragments, rotates } of steps) write(stream, fragments, rotates)
  for (const stream of ['stdout', 'stderr'] as const) while (open[stream].left > 0) write(stream, 0, false)
  return { records, lines }
}

const steps = fc.array(
  fc.record({
    stream: fc.constantFrom('stdout' as const, 'stdout' as const, 'stderr' as const),
    fragments: fc.integer({ min: 1, max: 4 }),
    rotates: fc.constantFrom(false, false, false, false, true),
  }),
  { minLength: 2, maxLength: 16 },
)
const range = fc.tuple(fc.nat(24), fc.integer({ min: 1, max: 8 }))

function service() {
  const [store, open] = [rowStore(), new OpenFragments()]
  return {
    post(records: readonly object[]): FragmentsOfBatch | undefined {
      const decoded = decodeBatch(Buffer.from(JSON.stringify({ records })), { ...decodeOptions, open })
      store.insert(logRows(decoded))
      return decoded.fragments
    },
    lines: (): string[] => texts(store.lines()).toSorted(),
  }
}

describe('fragments in files that are rotated', () => {
  test('are the lines, while one sender sends parts of them again', () => {
    fc.assert(
      fc.property(
        steps,
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 24, maxLength: 24 }),
        fc.array(range),
        (said, sizes, again) => {
          const { records, lines } = written(said)
          const { post, lines: found } = service()
          for (let [at, i] = [0, 0]; at < records.length; i++) {
            const to = Math.min(records.length, at + sizes[i % sizes.length]!)
            post(records.slice(at, to))?.settle(true)
            const [from, length] = again[i] ?? [0, 0]
            const some = records.slice(0, to).slice(from, from + length)
            if (some.length > 0) post(some)?.settle(true)
            at = to
          }
          expect(found()).toEqual(lines.toSorted())
        },
      ),
      { numRuns: scale * 500, seed },
    )
  })

  test('become no line that never was, whatever comes again meanwhile, and in whatever order inserts end', () => {
    const posts = fc.array(fc.tuple(range, fc.constantFrom('goes on', 'again', 'settles')), { minLength: 8, maxLength: 40 })
    fc.assert(
      fc.property(steps, posts, (said, actions) => {
        const { records, lines } = written(said)
        const { post, lines: found } = service()
        const waiting: FragmentsOfBatch[] = []
        let sent = 0
        for (const [[from, length], action] of actions) {
          const some =
            action === 'goes on' ? records.slice(sent, sent + length) : records.slice(0, sent).slice(from, from + length)
          if (action === 'goes on') sent = Math.min(records.length, sent + length)
          if (action === 'settles') while (waiting.length > 0) waiting.splice(waiting.length >> 1, 1)[0]!.settle(true)
          else if (some.length > 0) {
            const fragments = post(some)
            if (fragments !== undefined) waiting.push(fragments)
          }
        }
        for (const line of found())
          expect(
            lines.some((one) => one.includes(line.replace('…', ''))),
            line,
          ).toBe(true)
        const all = found().join('')
        for (const one of records.slice(0, sent)) expect(all).toContain((one as { message: string }).message)
      }),
      { numRuns: scale * 500, seed },
    )
  })
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createOffsetTracker } from '#ingest/delivery/offset-tracker.ts'

test('nothing is acknowledged before it was, and everything is in the end', () => {
  const tracker = createOffsetTracker<string>(100n)
  expect(tracker).toMatchObject({ position: 100n, prefix: 100n, mark: undefined, pending: 0 })
  const acknowledge = tracker.take(110n, 'a')
  expect(tracker).toMatchObject({ position: 110n, prefix: 100n, mark: undefined, pending: 1 })
  acknowledge()
  expect(tracker).toMatchObject({ position: 110n, prefix: 110n, mark: 'a', pending: 0 })
})

test('the prefix waits for the earliest range, and then passes over all that were acknowledged behind it', () => {
  const tracker = createOffsetTracker<string>(0n)
  const [first, second, third] = [tracker.take(1n, 'a'), tracker.take(2n, 'b'), tracker.take(30n, 'c')]
  third()
  second()
  expect(tracker).toMatchObject({ prefix: 0n, mark: undefined, pending: 1 })
  first()
  expect(tracker).toMatchObject({ prefix: 30n, mark: 'c', pending: 0 })
})

test('a range acknowledged twice counts once, also long after', () => {
  const tracker = createOffsetTracker<undefined>(0n)
  const first = tracker.take(1n, undefined)
  first()
  const second = tracker.take(2n, undefined)
  first()
  expect(tracker).toMatchObject({ prefix: 1n, pending: 1 })
  second()
  expect(tracker).toMatchObject({ prefix: 2n, pending: 0 })
})

test.each([5n, 4n, -1n])('a range that does not end behind its beginning (5 to %s) is a bug, and changes nothing', (next) => {
  const tracker = createOffsetTracker<undefined>(5n)
  expect(() => tracker.take(next, undefined)).toThrow('ranges of offsets are taken in order')
  expect(tracker).toMatchObject({ position: 5n, prefix: 5n, pending: 0 })
})

test('offsets have 64 bits', () => {
  const tracker = createOffsetTracker<undefined>(2n ** 62n)
  tracker.take(2n ** 62n + 1n, undefined)()
  expect(tracker.prefix).toBe(2n ** 62n + 1n)
})

/** What the tracker must be: every offset by itself, and whether it was acknowledged. */
class Model {
  readonly offsets: boolean[] = []
  get prefix(): number {
    const first = this.offsets.indexOf(false)
    return first === -1 ? this.offsets.length : first
  }
}

test('whatever is taken and acknowledged in whatever order, the prefix ends at the first offset that is not', () => {
  const step = fc.oneof(fc.record({ take: fc.integer({ min: 1, max: 20 }) }), fc.record({ acknowledge: fc.nat({ max: 1000 }) }))
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 60n }), fc.array(step, { maxLength: 300 }), (start, steps) => {
      const tracker = createOffsetTracker<number>(start)
      const model = new Model()
      const taken: { from: number; to: number; acknowledge: () => void; done: boolean }[] = []
      for (const action of steps) {
        if ('take' in action) {
          const from = model.offsets.length
          const to = from + action.take
          taken.push({ from, to, acknowledge: tracker.take(start + BigInt(to), to), done: false })
          model.offsets.length = to
          model.offsets.fill(false, from)
        } else if (taken.length > 0) {
          const range = taken[action.acknowledge % taken.length]!
          range.acknowledge()
          range.done = true
          model.offsets.fill(true, range.from, range.to)
        }
        expect(tracker.prefix).toBe(start + BigInt(model.prefix))
        expect(tracker.position).toBe(start + BigInt(model.offsets.length))
        expect(tracker.pending).toBe(taken.filter(({ done }) => !done).length)
        expect(tracker.mark).toBe(model.prefix === 0 ? undefined : model.prefix)
      }
    }),
    { numRuns: 200 },
  )
})

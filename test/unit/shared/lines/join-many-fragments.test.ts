// What the fragments of one life cost: each the same, however many there are and however they are made up.
import { expect, test } from 'vitest'
import { createJoiner } from '#shared/lines/join-fragments.ts'
import type { Line } from '#shared/lines/row-decoder.ts'
import { lineRow as row } from '#test/support/line-row.ts'

const x = (count: number): string => 'x'.repeat(count)
const many: Record<string, Line[]> = {
  'one behind the other, at one time': Array.from({ length: 100_000 }, (_, i) => row('x', true, { offset: i * 10 })),
  'at one place, each longer than the one before, and behind all of them': [
    ...Array.from({ length: 4000 }, (_, i) => row(x(i), true, { offset: 1 })),
    ...Array.from({ length: 16_000 }, (_, i) => row('x', true, { offset: i + 2 })),
  ],
  'that may begin anywhere in a long text': [
    row(`${x(1024 * 1024)}y`, true, { offset: 0, length: 1e9 }),
    ...Array.from({ length: 20_000 }, (_, i) => row(`${x(63)}y`, true, { offset: i + 1, length: 100 })),
  ],
  'each behind lost bytes, with lines of the other stream between': Array.from({ length: 60_000 }, (_, i) =>
    row('x', true, { offset: i * 10, length: 5, stream: i % 2 === 0 ? 'stdout' : 'stderr' }),
  ),
  'each in the next file, or behind lost bytes of it': Array.from({ length: 60_000 }, (_, i) =>
    row('x', true, { offset: i % 3 === 0 ? 7 : 0, length: 5, file: String(i), ts: BigInt(i) }),
  ),
}

test.each(Object.entries(many))(
  'fragments %s are joined while other work has its turn',
  async (_, rows) => {
    let longestMs = 0
    let turnMs = performance.now()
    const take = (): void => {
      longestMs = Math.max(longestMs, performance.now() - turnMs)
      turnMs = performance.now()
    }
    const turns = setInterval(take, 1)
    const none = () => Promise.resolve([])
    await createJoiner({ atHand: none, inStore: none }).join(rows)
    take()
    clearInterval(turns)
    // What is square takes four seconds and more.
    expect(longestMs).toBeLessThan(1500)
  },
  10_000,
)

import { expect, test } from 'vitest'
import { createLineBuffers, type FedArrival } from '#query/tail/line-buffer.ts'
import { placeBefore } from '#query/tail/arrival-place.ts'
import { lineRow } from '#test/support/line-row.ts'

const arrival = (ts: number, size = 0): FedArrival => ({
  line: lineRow(Buffer.alloc(size), false, { ts: BigInt(ts) }),
  received: ts,
  first: placeBefore(ts),
  held: 0,
})
const timesOf = (arrivals: readonly FedArrival[]) => arrivals.map(({ received }) => received)

test('a reader that takes too few loses the oldest lines, and is told how many of which time', () => {
  const buffers = createLineBuffers({ linesMax: 3 })
  using buffer = buffers.open()
  buffer.push([1, 2, 3].map((ts) => arrival(ts)))
  buffer.push([5, 4].map((ts) => arrival(ts)))
  const { arrivals, dropped } = buffer.take()!
  expect([timesOf(arrivals), dropped]).toEqual([[3, 5, 4], { count: 2, from: 1n, to: 2n }])
  expect([buffer.take(), buffers.bytes]).toEqual([undefined, 0])
})

test('a line that several readers wait for is one in memory, until the last of them has taken it', () => {
  const buffers = createLineBuffers()
  const [first, second] = [buffers.open(), buffers.open()]
  const lines = [arrival(1, 5000)]
  first.push(lines)
  const bytes = buffers.bytes
  second.push(lines)
  expect(buffers.bytes).toBe(bytes)
  first.take()
  expect(buffers.bytes).toBe(bytes)
  second[Symbol.dispose]()
  expect(buffers.bytes).toBe(0)
})

test('beyond the memory of all, lines of the reader with the most are dropped, and those of the others stay', () => {
  const buffers = createLineBuffers({ bytesMax: 100_000 })
  const [slow, quick] = [buffers.open(), buffers.open()]
  quick.push([arrival(0, 1000)])
  for (let ts = 1; ts < 500; ts++) slow.push([arrival(ts, 1000)])
  expect(buffers.bytes).toBeLessThanOrEqual(100_000)
  expect(quick.take()).toMatchObject({ dropped: undefined, arrivals: [{ received: 0 }] })
  const { arrivals, dropped } = slow.take()!
  expect(arrivals.length + dropped!.count).toBe(499)
  expect([arrivals.at(-1)!.received, dropped!.from]).toEqual([499, 1n])
})

// No change is missed, whenever its insert becomes visible, and none is handed over twice.
import { expect, test } from 'vitest'
import { createChangeFeed, type ChangeStream, type LinesChange } from '#projector/change-feed.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'

const change = (at: number, uid: string, insert = String(at)): LinesChange => ({
  at,
  tenant: 'default',
  uid,
  lives: ['1'],
  detail: insert,
})

/** The lines of a feed over `visible`, whose statements return every row; `start`, `now`: epoch ms. */
const linesOver = (visible: readonly LinesChange[], start = 0, now = Infinity): ChangeStream<LinesChange> => {
  const reading = { rows: async () => visible.toSorted((a, b) => a.at - b.at) }
  return createChangeFeed(reading as unknown as RowReading, start, async () => now).lines
}

async function taken(stream: ChangeStream<LinesChange>): Promise<string[]> {
  const uids: string[] = []
  await stream.take(async (changes) => void uids.push(...changes.map(({ uid }) => uid)))
  return uids
}

test('an insert that began earlier and is visible later is handed over, also where its pod has newer lines', async () => {
  const visible = [change(200, 'a')]
  const lines = linesOver(visible)
  expect(await taken(lines)).toEqual(['a'])
  visible.push(change(100, 'a'))
  expect(await taken(lines)).toEqual(['a'])
  expect(await taken(lines)).toEqual([])
})

test('two inserts of one pod in one millisecond are two changes', async () => {
  const visible = [change(100, 'a', 'first')]
  const lines = linesOver(visible)
  expect(await taken(lines)).toEqual(['a'])
  visible.push(change(100, 'a', 'second'))
  expect(await taken(lines)).toEqual(['a'])
})

test('changes that could not be used come again', async () => {
  const lines = linesOver([change(100, 'a'), change(101, 'b')])
  await expect(lines.take(() => Promise.reject(new Error('the store is away')))).rejects.toThrow('the store is away')
  expect(lines.position).toBe(0)
  expect(await taken(lines)).toEqual(['a', 'b'])
  expect(lines.position).toBe(101)
})

test('more changes than are handed over at once leave it behind until the rest was taken', async () => {
  const lines = linesOver(Array.from({ length: 100_001 }, (_, i) => change(Math.floor(i / 1000), `p${i}`)))
  expect(await taken(lines)).toHaveLength(100_000)
  expect([lines.isBehind, lines.position]).toEqual([true, 99])
  expect(await taken(lines)).toEqual(['p100000'])
  expect([lines.isBehind, lines.position]).toEqual([false, 100])
})

test('a position that a clock has left ahead is taken back to the clock of the store', async () => {
  const lines = linesOver([change(100, 'a')], 9_000_000, 200)
  expect(await taken(lines)).toEqual(['a'])
  expect(lines.position).toBe(200)
})

import { expect, test } from 'vitest'
import fc from 'fast-check'
import { AfterlogError } from '#shared/errors.ts'
import { createInsertRows } from '#ingest/store/insert-rows.ts'

const linesOf = (rows: Buffer): string[] => rows.toString().split('\n').slice(0, -1)

/** A store that fails for some inserts, what it has, and what it refused. */
function setup(fails: (lines: string[]) => AfterlogError | undefined) {
  const state = { stored: [] as string[], refused: [] as string[], inserts: [] as number[] }
  const insertRows = createInsertRows({
    insert: async (_table, rows, count) => {
      const lines = linesOf(rows)
      expect(lines).toHaveLength(count)
      state.inserts.push(count)
      const error = fails(lines)
      if (error !== undefined) throw error
      state.stored.push(...lines)
    },
    refused: async (_table, row) => void state.refused.push(...linesOf(row)),
  })
  return {
    state,
    insert: (lines: readonly string[]) =>
      insertRows('logs', Buffer.from(lines.map((line) => `${line}\n`).join('')), lines.length),
  }
}

const numbers = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index))
const refusal = new AfterlogError('rows-refused', 'bad row')
const memory = new AfterlogError('store-memory', 'too large')

test('what is stored at once is one insert', async () => {
  const { state, insert } = setup(() => undefined)
  await insert(numbers(10))
  expect(state).toMatchObject({ inserts: [10], refused: [] })
})

test('an insert that the store has not the memory for is split, and every row is stored once and in order', async () => {
  const { state, insert } = setup((lines) => (lines.length > 1200 ? memory : undefined))
  await insert(numbers(9000))
  expect(state.stored).toEqual(numbers(9000))
})

test('a small insert is not what the memory is short for: the caller tries again', async () => {
  const { state, insert } = setup(() => memory)
  await expect(insert(numbers(1000))).rejects.toBe(memory)
  expect(state.inserts).toEqual([1000])
})

test.each(['store-unavailable', 'store-busy', 'store-timeout', 'store-full', 'stopping'] as const)(
  '%s is the caller’s, who tries again: nothing is split',
  async (code) => {
    const { state, insert } = setup(() => new AfterlogError(code, code))
    await expect(insert(numbers(5000))).rejects.toMatchObject({ code })
    expect(state.inserts).toEqual([5000])
  },
)

const unknown = new AfterlogError('internal', 'the store refused a statement (code 9999)')

test('rows that fail for a reason nobody has classified are refused alone, and hold up no others', async () => {
  const bad = new Set(['0', '1', '700', '4999'])
  const { state, insert } = setup((lines) => (lines.some((line) => bad.has(line)) ? unknown : undefined))
  await insert(numbers(5000))
  expect(state.stored).toEqual(numbers(5000).filter((line) => !bad.has(line)))
  expect(state.refused).toEqual([...bad])
})

test('a store that takes nothing for a reason nobody has classified is asked again by the caller, and soon', async () => {
  const { state, insert } = setup(() => unknown)
  await expect(insert(numbers(100_000))).rejects.toBe(unknown)
  await expect(insert(numbers(1))).rejects.toBe(unknown)
  expect(state).toMatchObject({ stored: [], refused: [] })
  expect(state.inserts.length).toBeLessThan(300)
})

test('a row that fails once for an unknown reason is tried again before it is refused', async () => {
  let failures = 11
  const { state, insert } = setup((lines) => (lines.includes('0') && failures-- > 0 ? unknown : undefined))
  await insert(numbers(1000))
  expect(state.stored.toSorted()).toEqual(numbers(1000).toSorted())
  expect(state.refused).toEqual([])
})

test('a half that fails otherwise fails the whole, which is sent again', async () => {
  const gone = new AfterlogError('store-unavailable', 'gone')
  const { insert } = setup((lines) => (lines.length > 1200 ? memory : lines.includes('0') ? undefined : gone))
  await expect(insert(numbers(2000))).rejects.toBe(gone)
})

test('whichever rows the store refuses are refused one by one, and all others are stored once, in order', async () => {
  const rows = fc.array(fc.record({ text: fc.stringMatching(/^[a-z]{0,40}$/), bad: fc.boolean() }), {
    minLength: 1,
    maxLength: 60,
  })
  await fc.assert(
    fc.asyncProperty(rows, async (wanted) => {
      const lines = wanted.map(({ text, bad }, index) => `${bad ? 'bad' : 'good'} ${index} ${text}`)
      const { state, insert } = setup((some) => (some.some((line) => line.startsWith('bad')) ? refusal : undefined))
      await insert(lines)
      expect(state.stored).toEqual(lines.filter((line) => line.startsWith('good')))
      expect(state.refused).toEqual(lines.filter((line) => line.startsWith('bad')))
    }),
  )
})

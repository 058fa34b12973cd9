import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ledgerName, missingParts, readLedger, writeLedger, type KnownPart } from '#shared/parts-ledger.ts'

const part = (name: string, more: Partial<KnownPart> = {}): KnownPart => {
  const [, min, max] = name.split('_').map(Number)
  return { table: 'logs', uuid: 'u', partition: 'p', day: '20261123', name, min: min!, max: max!, rows: 5, expires: 0, ...more }
}
const uuids = new Map([['logs', 'u']])
const missing = (before: KnownPart[], active: KnownPart[], merged: KnownPart[] = []) =>
  missingParts(before, { active, merged, uuids }, 1000).map(({ name }) => name)

test('a part is missing that is neither there nor merged into another of its partition', () => {
  const before = [part('p_1_1_0'), part('p_2_2_0'), part('p_3_3_0')]
  expect(missing(before, [part('p_1_2_1'), part('p_4_4_0')])).toEqual(['p_3_3_0'])
  expect(missing(before, [part('p_1_3_1', { partition: 'q' })])).toEqual(['p_1_1_0', 'p_2_2_0', 'p_3_3_0'])
})

test('nothing is missed of a table that was made anew, of an empty part, or of one whose rows expired', () => {
  const gone = [part('p_1_1_0', { uuid: 'other' }), part('p_2_2_0', { rows: 0 }), part('p_3_3_0', { expires: 999 })]
  expect(missing(gone, [])).toEqual([])
  expect(missing([part('p_3_3_0', { expires: 1001 })], [])).toEqual(['p_3_3_0'])
})

test('a part is missing that another one has replaced under its name, also once merges have taken that one in', () => {
  const before = [part('p_1_1_0', { hash: 'a' }), part('p_2_2_0', { hash: 'b' }), part('p_3_3_0', { hash: 'c' })]
  const copy = part('p_2_2_0', { hash: 'a' })
  expect(missing(before, before)).toEqual([])
  expect(missing(before, [before[0]!, copy, before[2]!])).toEqual(['p_2_2_0'])
  expect(missing(before, [part('p_1_3_1', { hash: 'd', rows: 1 })], [before[0]!, copy])).toEqual(['p_2_2_0'])
  expect(missing(before, [part('p_1_3_1', { hash: 'd', rows: 1 })], before)).toEqual([])
})

test('two parts that were exchanged are both there', () => {
  const before = [part('p_1_1_0', { hash: 'a' }), part('p_2_2_0', { hash: 'b' })]
  expect(missing(before, [part('p_1_1_0', { hash: 'b' }), part('p_2_2_0', { hash: 'a' })])).toEqual([])
})

test('where the list was written without hashes, the number of rows tells that a part was replaced', () => {
  const before = [part('p_1_1_0'), part('p_2_2_0')]
  const now = [part('p_1_1_0', { hash: 'a' }), part('p_2_2_0', { hash: 'b', rows: 4 })]
  expect(missing(before, now)).toEqual(['p_2_2_0'])
})

test('the list survives as it was written; one that is damaged is told by its name', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'ledger-'))
  try {
    expect(await readLedger(dir)).toBeUndefined()
    const ledger = { parts: [part('p_1_1_0')], lost: [part('p_2_2_0')] }
    await writeLedger(dir, ledger)
    expect(await readLedger(dir)).toEqual(ledger)
    await writeFile(join(dir, ledgerName), '{"parts":[')
    await expect(readLedger(dir)).rejects.toThrow(/parts\.json is damaged/)
  } finally {
    await rm(dir, { recursive: true })
  }
})

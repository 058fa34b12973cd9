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
const missing = (before: KnownPart[], now: KnownPart[]) => missingParts(before, now, uuids, 1000).map(({ name }) => name)

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

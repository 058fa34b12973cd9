import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openState, type FileState } from '../../../../services/import/state.ts'
import { createTrust } from '../../../../services/import/trust.ts'

let dir: string
beforeEach(async () => void (dir = await mkdtemp(join(tmpdir(), 'afterlog-import-state-'))))
afterEach(() => rm(dir, { recursive: true }))

const file = (day: number, acknowledged: number, group = 'shop'): FileState => ({
  offset: 100,
  last: { time: `2026-11-${day}T10:00:00.000000000Z`, offset: 90 + acknowledged },
  filters: { namespace: group, pod: `p${acknowledged}` },
  group,
  acknowledged,
})

test('a state is read back as it was written, and an unreadable one is an empty one', async () => {
  const path = join(dir, 'deep', 'state.json')
  const state = await openState(path)
  state.set('a', file(20, 1))
  state.set('b', file(21, 2))
  state.forget(['b'])
  await state.flush()
  expect((await openState(path)).entries()).toEqual([['a', file(20, 1)]])
  await writeFile(path, (await readFile(path)).subarray(0, 20))
  expect((await openState(path)).entries()).toEqual([])
})

test('two questions vouch for all files of a namespace; other namespaces are asked for on their own', async () => {
  const state = await openState(join(dir, 'state.json'))
  for (let i = 10; i < 30; i++) state.set(`f${i}`, file(i, i))
  state.set('other', file(15, 99, 'other'))
  const asked: string[] = []
  const trust = createTrust({
    state,
    verifies: async (filters) => {
      asked.push(filters['pod']!)
      return filters['namespace'] === 'shop'
    },
  })
  for (let i = 10; i < 30; i++) expect(await trust.stateOf(`f${i}`, { pod: `p${i}`, namespace: 'shop' })).toEqual(file(i, i))
  expect(asked).toEqual(['p10', 'p29'])
  expect(await trust.stateOf('other', { pod: 'p99', namespace: 'other' })).toBeUndefined()
  expect(await trust.stateOf('unknown', {})).toBeUndefined()
})

test('where the oldest line is gone each file is asked for, and only those that are shown are believed', async () => {
  const state = await openState(join(dir, 'state.json'))
  for (let i = 10; i < 15; i++) state.set(`f${i}`, file(i, i))
  const trust = createTrust({ state, verifies: async (_, last) => last.time >= '2026-11-13' })
  const believed: string[] = []
  for (let i = 10; i < 15; i++) if ((await trust.stateOf(`f${i}`, {})) !== undefined) believed.push(`f${i}`)
  expect(believed).toEqual(['f13', 'f14'])
})

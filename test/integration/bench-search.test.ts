import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { root } from '#test/support/service-process.ts'
import { openCorpus } from '../../bench/search/corpus/batches.ts'
import { loadStore } from '../../bench/search/load.ts'
import { afterlog } from '../../bench/search/stores/afterlog.ts'
import { engine } from '../../bench/search/stores/engine.ts'
import { timeQuestions } from '../../bench/search/time-questions.ts'

const folder = mkdtempSync(join(tmpdir(), 'afterlog-bench-search-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const said = (): void => undefined

test.each([afterlog({ checkout: root }), engine()])(
  '$name answers every question of the benchmark as the manifest says, of batches of which some came twice',
  async (store) => {
    const corpus = openCorpus({ folder, seed: 3, lines: 12_000 })
    const data = join(folder, store.name)
    const load = await loadStore({ store, corpus, folder: data, concurrency: 4, settleMsMax: 0, said })
    expect(load.diskMerged.bytes).toBeGreaterThan(100_000)
    const dataDir = join(data, 'unmerged')
    const { manifest } = corpus
    const { questions } = await timeQuestions({ store, manifest, dataDir, warm: 1, cold: 0, said })
    expect(questions.flatMap(({ name, mistakes }) => mistakes.map((mistake) => `${name}: ${mistake}`))).toEqual([])
    expect(questions.every(({ warmMedian }) => warmMedian > 0)).toBe(true)
  },
)

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { copyMigrated } from '#test/support/migrated-data-dir.ts'
import { root } from '#test/support/service-process.ts'
import { mistakeOf } from '../../bench/search/answers.ts'
import { openCorpus, readBatches } from '../../bench/search/corpus/batches.ts'
import { diskUse } from '../../bench/search/disk.ts'
import { ask } from '../../bench/search/exchange.ts'
import { loadStore } from '../../bench/search/load.ts'
import { afterlog } from '../../bench/search/stores/afterlog.ts'
import { engine } from '../../bench/search/stores/engine.ts'
import { timeQuestions } from '../../bench/search/time-questions.ts'

const folder = mkdtempSync(join(tmpdir(), 'afterlog-bench-search-test-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const said = (): void => undefined

const openSmallCorpus = () => openCorpus({ folder, seed: 3, lines: 12_000 })

test('the engine alone is loaded and merged, and answers every question as the manifest says', async () => {
  const [store, corpus, data] = [engine(), openSmallCorpus(), join(folder, 'engine')]
  const load = await loadStore({ store, corpus, folder: data, concurrency: 4, settleMsMax: 0, said })
  expect(load.diskMerged.bytes).toBeGreaterThan(100_000)
  expect(load.diskMerged.files).toBeLessThan(load.diskLoaded.files)
  const { manifest } = corpus
  const { questions } = await timeQuestions({ store, manifest, dataDir: join(data, 'merged'), warm: 1, cold: 0, said })
  expect(questions.flatMap(({ mistakes }) => mistakes)).toEqual([])
  expect(questions.every(({ warmMedian }) => warmMedian > 0)).toBe(true)
})

test('Afterlog answers every question of the benchmark as the manifest says, though batches came twice', async () => {
  const [store, corpus, dataDir] = [afterlog({ checkout: root }), openSmallCorpus(), join(folder, 'afterlog')]
  const { manifest } = corpus
  copyMigrated(dataDir)
  await using running = await store.start(dataDir)
  for await (const batch of readBatches(corpus, { resend: true })) await running.insert(batch)
  for (const { name, ask: question, expected } of manifest.questions) {
    const { text } = await ask(running.url, await running.requestOf(question, manifest))
    expect(mistakeOf(running.read(question, text).answer, expected), name).toBeUndefined()
  }
  await running.stop()
  const { files } = await diskUse(dataDir)
  expect(await store.merge(dataDir)).toBeGreaterThan(0)
  expect((await diskUse(dataDir)).files).toBeLessThan(files)
})

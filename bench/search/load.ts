// Loads the corpus into one store, and what that takes: until the last batch is acknowledged, and on until the store
// has merged what it has. Leaves two directories: the data right after loading, and after merging.
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { untilQuiet } from '../kafka/settle.ts'
import { cpuSeconds, residentMiB } from '../load/process-cost.ts'
import { readBatches, type Corpus } from './corpus/batches.ts'
import { copyRunning, diskUse, type DiskUse } from './disk.ts'
import type { RunningStore, Store } from './stores/store.ts'

export interface LoadFigures {
  /** Wall time until the last acknowledgement. */
  seconds: number
  linesPerSecond: number
  /** CPU seconds of the store's process per million lines: until then, and once merges are done. */
  cpuLoad: number
  cpuMerged: number
  /** CPU seconds per million lines that it merged by itself; the rest was asked for. */
  cpuSettled: number
  /** False where it still merged by itself when the time was over. */
  quiet: boolean
  peakMiB: number
  diskLoaded: DiskUse
  diskSettled: DiskUse
  diskMerged: DiskUse
}

export interface LoadOptions {
  store: Store
  corpus: Corpus
  /** Gets `unmerged` and `merged`. */
  folder: string
  concurrency: number
  settleMsMax: number
  said(text: string): void
}

export async function loadStore(options: LoadOptions): Promise<LoadFigures> {
  const { store, corpus, folder, concurrency, said } = options
  await rm(folder, { recursive: true, force: true })
  const loading = join(folder, 'loading')
  const running = await store.start(loading)
  await using _ = running
  const before = cpuSeconds(running.pid)
  const startedMs = performance.now()
  await sendAll({ running, corpus, concurrency, resend: store.collapses, said })
  await running.flush()
  const seconds = (performance.now() - startedMs) / 1000
  return await settle({ ...options, running, loading, before, seconds })
}

/** Measures a store that has been filled, from its copy on. */
export async function settle(
  options: LoadOptions & { running: RunningStore; loading: string; before: number; seconds: number },
): Promise<LoadFigures> {
  const { store, corpus, folder, settleMsMax, said, running, loading, before, seconds } = options
  const millions = corpus.manifest.lines / 1_000_000
  const cpuLoad = (cpuSeconds(running.pid) - before) / millions
  await running.persist()
  await copyRunning(running.pid, loading, join(folder, 'unmerged'))
  const diskLoaded = await diskUse(join(folder, 'unmerged'))
  said('settling')
  const { quiet } = await untilAtRest(running, settleMsMax)
  const cpuSettled = (cpuSeconds(running.pid) - before) / millions
  const diskSettled = await diskUse(loading)
  const peakMiB = residentMiB(running.pid).peak
  await running.stop()
  said('merging')
  const cpuMerged = cpuSettled + (await store.merge(loading)) / millions
  await rename(loading, join(folder, 'merged'))
  return {
    seconds,
    linesPerSecond: corpus.manifest.lines / seconds,
    cpuLoad,
    cpuSettled,
    cpuMerged,
    quiet,
    peakMiB,
    diskLoaded,
    diskSettled,
    diskMerged: await diskUse(join(folder, 'merged')),
  }
}

/** Merged, and nothing else left to do: what was put off would be done beside the questions otherwise. */
async function untilAtRest({ pid, backlog }: RunningStore, mostMs: number): Promise<{ quiet: boolean }> {
  const untilMs = performance.now() + mostMs
  for (;;) {
    const { quiet } = await untilQuiet(() => cpuSeconds(pid), Math.max(untilMs - performance.now(), 0))
    if (!quiet || (await backlog()) === 0) return { quiet }
  }
}

async function sendAll(options: {
  running: RunningStore
  corpus: Corpus
  concurrency: number
  resend: boolean
  said(text: string): void
}): Promise<void> {
  const { running, corpus, concurrency, resend, said } = options
  const batches = readBatches(corpus, { resend })
  const total = corpus.manifest.batchBytes.length
  let sent = 0
  const send = async (): Promise<void> => {
    // A generator that is asked by several answers one after the other.
    for (let next = await batches.next(); next.done !== true; next = await batches.next()) {
      await running.insert(next.value)
      if (++sent % 100 === 0) said(`${sent} of ${total} batches`)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, send))
}

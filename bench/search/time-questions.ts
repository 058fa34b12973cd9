// Asks a store all questions and measures them, each answer checked. Warm: some times each, one after the other, behind
// one that counts for nothing. Cold: of a process that has just started, with an empty page cache where that may be
// emptied; it gets one question.
import { cpuSeconds } from '../load/process-cost.ts'
import { quantile } from '../load/quantile.ts'
import { mistakeOf } from './answers.ts'
import type { Manifest } from './corpus/batches.ts'
import { copyFolder, dropPageCache, writeBack } from './disk.ts'
import { ask } from './exchange.ts'
import type { RunningStore, Store, StoreRequest } from './stores/store.ts'

/** ms; NaN, which JSON has as null, where the question failed. */
export interface QuestionFigures {
  name: string
  warmMedian: number
  warmP95: number
  coldMedian: number
  coldP95: number
  /** CPU of the store's process for a warm question; merges that go on beside it count too. */
  cpuMs: number
  rowsRead: number | undefined
  /** What was wrong, once for each different mistake. */
  mistakes: string[]
}

export interface PhaseFigures {
  /** Whether the page cache was emptied for all cold questions, if there were any. */
  pageCacheDropped: boolean
  questions: QuestionFigures[]
}

export interface TimeOptions {
  store: Store
  manifest: Manifest
  dataDir: string
  /** Where given, every process gets its own copy of the data there, so that its merges change nothing. */
  copyTo?: string
  warm: number
  cold: number
  said(text: string): void
}

interface Asked {
  question: Manifest['questions'][number]
  request: StoreRequest | undefined
  rowsRead: number | undefined
  cpuMs: number
  warmMs: number[]
  coldMs: number[]
  mistakes: Set<string>
}

/** A short question is asked more often, since CPU is counted in steps of 10 ms. */
const [warmMsMin, warmTimesMax] = [400, 500]

export async function timeQuestions(options: TimeOptions): Promise<PhaseFigures> {
  const { manifest, cold, said } = options
  const all = manifest.questions.map((question): Asked => ({
    question,
    request: undefined,
    rowsRead: undefined,
    cpuMs: Number.NaN,
    warmMs: [],
    coldMs: [],
    mistakes: new Set(),
  }))
  await withStore(options, async (running) => {
    for (const asked of all) {
      said(`warm: ${asked.question.name}`)
      await noting(asked, () => askWarm(running, asked, options))
    }
  })
  writeBack(options.dataDir)
  let pageCacheDropped = true
  for (let round = 0; round < cold; round++)
    for (const asked of all) {
      const { request } = asked
      if (request === undefined) continue
      said(`cold, ${round + 1} of ${cold}: ${asked.question.name}`)
      await withStore(options, async (running) => {
        pageCacheDropped = dropPageCache() && pageCacheDropped
        await noting(asked, async () => {
          const { ms, text } = await ask(running.url, request)
          asked.coldMs.push(ms)
          check(running, asked, text)
        })
      })
    }
  return { pageCacheDropped, questions: all.map(figuresOf) }
}

async function noting({ mistakes }: Asked, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    mistakes.add(error instanceof Error ? error.message : String(error))
  }
}

async function askWarm(running: RunningStore, asked: Asked, { manifest, warm }: TimeOptions): Promise<void> {
  const request = await running.requestOf(asked.question.ask, manifest)
  asked.request = request
  check(running, asked, (await ask(running.url, request)).text)
  const texts = new Set<string>()
  const before = cpuSeconds(running.pid)
  let [times, totalMs] = [0, 0]
  while (times < warm || (warm > 0 && totalMs < warmMsMin && times < warmTimesMax)) {
    const { ms, text } = await ask(running.url, request)
    asked.warmMs.push(ms)
    if (texts.size < warm) texts.add(text)
    times++
    totalMs += ms
  }
  asked.cpuMs = ((cpuSeconds(running.pid) - before) * 1000) / times
  for (const text of texts) check(running, asked, text)
}

function check(running: RunningStore, asked: Asked, text: string): void {
  const { answer, rowsRead } = running.read(asked.question.ask, text)
  asked.rowsRead ??= rowsRead
  const mistake = mistakeOf(answer, asked.question.expected)
  if (mistake !== undefined) asked.mistakes.add(mistake)
}

const figuresOf = ({ question, warmMs, coldMs, cpuMs, rowsRead, mistakes }: Asked): QuestionFigures => ({
  name: question.name,
  warmMedian: quantile(warmMs, 0.5),
  warmP95: quantile(warmMs, 0.95),
  coldMedian: quantile(coldMs, 0.5),
  coldP95: quantile(coldMs, 0.95),
  cpuMs,
  rowsRead,
  mistakes: [...mistakes],
})

async function withStore({ store, dataDir, copyTo }: TimeOptions, use: (running: RunningStore) => Promise<void>): Promise<void> {
  if (copyTo !== undefined) await copyFolder(dataDir, copyTo, { links: true })
  const running = await store.start(copyTo ?? dataDir)
  await using _ = running
  await use(running)
  await running.stop()
}

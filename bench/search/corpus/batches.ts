// The corpus as agents send it, written once into a folder and read from there by every sender: NDJSON batches, each of
// one node, one behind the other in one file, and a manifest with the right answers. Neither side has more of it in
// memory than some batches.
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { countAnswer, type Expected } from '../answers.ts'
import { questionsOf, type Question } from '../questions.ts'
import { planCorpus, type CorpusLine, type CorpusPlan } from './lines.ts'
import type { CorpusPod } from './pods.ts'

export interface Manifest {
  version: number
  seed: number
  lines: number
  messageBytes: number
  ndjsonBytes: number
  /** RFC 3339, the 24 hours of the corpus. */
  from: string
  to: string
  busy: CorpusPod
  median: CorpusPod
  questions: (Question & { expected: Expected })[]
  /** Bytes of each batch, in the order of the file. */
  batchBytes: number[]
}

export interface Corpus {
  folder: string
  manifest: Manifest
}

/** Raised with every change of what a seed gives. */
const version = 2
const linesPerBatch = 2000
/** Of a hundred batches one is sent again, so many batches later. */
const [resentEvery, resentAfter] = [100, 25]

/** Makes the corpus where the folder has it not; `said` is called with the lines written so far. */
export function openCorpus(options: { folder: string; seed: number; lines: number; said?: (lines: number) => void }): Corpus {
  const { seed, lines, said } = options
  const folder = join(options.folder, `corpus-${version}-${seed}-${lines}`)
  const manifestFile = join(folder, 'manifest.json')
  if (!existsSync(manifestFile)) {
    const building = `${folder}.tmp`
    rmSync(building, { recursive: true, force: true })
    mkdirSync(building, { recursive: true })
    const manifest = writeCorpus(building, { seed, lines, said: said ?? (() => undefined) })
    writeFileSync(join(building, 'manifest.json'), JSON.stringify(manifest))
    rmSync(folder, { recursive: true, force: true })
    renameSync(building, folder)
  }
  return { folder, manifest: JSON.parse(readFileSync(manifestFile, 'utf8')) as Manifest }
}

function writeCorpus(folder: string, options: { seed: number; lines: number; said(lines: number): void }): Manifest {
  const { seed, lines, said } = options
  const plan = planCorpus(options)
  const questions = questionsOf(plan).map((question) => ({ question, counting: countAnswer(question.ask) }))
  const encode = encoder(plan)
  const file = openSync(join(folder, 'batches.ndjson'), 'w')
  const pending = new Map<string, string[]>()
  const batchBytes: number[] = []
  const flush = (node: string): void => {
    const bytes = Buffer.from(`${pending.get(node)!.join('\n')}\n`)
    writeSync(file, bytes)
    batchBytes.push(bytes.length)
    pending.delete(node)
  }
  let [written, messageBytes] = [0, 0]
  for (const line of plan.lines) {
    const { node } = line.pod
    let batch = pending.get(node)
    if (batch === undefined) pending.set(node, (batch = []))
    batch.push(encode(line))
    if (batch.length >= linesPerBatch) flush(node)
    for (const { counting } of questions) counting.add(line)
    messageBytes += Buffer.byteLength(line.message)
    if (++written % 100_000 === 0) said(written)
  }
  for (const node of pending.keys()) flush(node)
  closeSync(file)
  return {
    version,
    seed,
    lines,
    messageBytes,
    ndjsonBytes: batchBytes.reduce((sum, bytes) => sum + bytes, 0),
    from: plan.from,
    to: plan.to,
    busy: plan.busy,
    median: plan.median,
    questions: questions.map(({ question, counting }) => ({ ...question, expected: counting.expected() })),
    batchBytes,
  }
}

/** A record of POST /v1/batches, without its end of line. */
function encoder({ pods }: CorpusPlan): (line: CorpusLine) => string {
  const places = pods.map(({ namespace, pod, podUid, container, node, labels }) =>
    JSON.stringify({ namespace, pod, podUid, container, node, labels }).slice(1, -1),
  )
  return ({ time, rank, stream, severity, traceId, message }) => {
    const trace = traceId === '' ? '' : `"traceId":"${traceId}",`
    return `{"time":"${time}",${places[rank]!},"stream":"${stream}","severity":"${severity}",${trace}"message":${JSON.stringify(message)}}`
  }
}

/** All batches in turn; with `resend`, 1 % of them come again a little later, as after a lost answer. */
export async function* readBatches({ folder, manifest }: Corpus, { resend }: { resend: boolean }): AsyncGenerator<Buffer> {
  await using file = await open(join(folder, 'batches.ndjson'), 'r')
  const { batchBytes } = manifest
  const starts: number[] = []
  batchBytes.reduce((at, bytes, i) => ((starts[i] = at), at + bytes), 0)
  const read = async (i: number): Promise<Buffer> => {
    const batch = Buffer.allocUnsafe(batchBytes[i]!)
    await file.read(batch, 0, batch.length, starts[i])
    return batch
  }
  for (let i = 0; i < batchBytes.length + resentAfter; i++) {
    if (i < batchBytes.length) yield await read(i)
    const again = i - resentAfter
    if (resend && again >= 0 && again % resentEvery === 0) yield await read(again)
  }
}

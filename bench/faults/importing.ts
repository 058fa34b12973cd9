// `npm run import` as a child process, over a node's disk as bench/corpus.ts makes it, and what answers must be once it
// is through.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { root } from '#test/support/service-process.ts'
import type { Corpus } from '../corpus.ts'
import { createClient, fieldCounts, histogramTotal, paged } from './answers.ts'
import { compareCounts, podFaults, sameLines } from './verify-posting.ts'

export interface Import extends AsyncDisposable {
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null; said: string }>
  kill(): void
}

export interface ImportOptions {
  /** Root of the disk. */
  dir: string
  url: string
  tenant: string
  /** File that remembers what is acknowledged. */
  state: string
}

export function spawnImport({ dir, url, tenant, state }: ImportOptions): Import {
  const child = spawn(process.execPath, ['services/import/main.ts', dir, '--url', url, '--tenant', tenant, '--state', state], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '' },
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()))
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null; said: string }>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code, signal, said }))
  })
  return {
    exited,
    kill: () => void child.kill('SIGKILL'),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** Faults of every answer about a tenant into which the whole corpus was imported. */
export async function verifyImport(url: string, tenant: string, corpus: Corpus): Promise<string[]> {
  const client = createClient(url, tenant)
  const faults: string[] = []
  for (const { podUid, pod, container, lines, bytes, sha256 } of corpus.containers) {
    const text = await client.bytes(`/v1/pods/${podUid}/logs?container=${container}`)
    const digest = createHash('sha256').update(text).digest('hex')
    if (digest === sha256) continue
    const storedLines = text.toString('latin1').split('\n').length - 1
    faults.push(`${pod}/${container}: ${storedLines} lines of ${lines}, ${text.length} bytes of ${bytes}, not the same text`)
  }
  // Counts are of lines as stored: fragments that a batch boundary parts stand apart there.
  const streamed = await client.ndjson('/v1/logs?order=asc')
  if (!sameLines(await paged(client, 9000, 'desc'), streamed)) faults.push('pages show other lines than the stream')
  const total = await histogramTotal(client)
  if (total !== streamed.length) faults.push(`histogram: ${total}, should be ${streamed.length}`)
  const byPod = count(streamed.map(({ pod }) => pod))
  faults.push(...compareCounts('values of pod', await fieldCounts(client, 'pod'), byPod))
  faults.push(...(await podFaults(client, count(streamed.map(({ podUid }) => podUid)))))
  if (streamed.length < corpus.lines || streamed.length > corpus.records) {
    faults.push(`${streamed.length} lines are stored, of ${corpus.lines} to ${corpus.records}`)
  }
  return faults
}

function count(names: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

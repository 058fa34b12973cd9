// The importer's chain on one screen: list → plan → read file by file → batches → send → acknowledged → state.
import { createFileImport } from './import-file.ts'
import type { LogSource } from './files/log-file.ts'
import { planImport, type Plan } from './files/plan.ts'
import { createBatchBuilder } from './send/batch-builder.ts'
import { createDelivery } from './send/delivery.ts'
import type { HttpClient } from './send/http-client.ts'
import { ImportStopped, type Retry } from './send/retry.ts'
import { createSender } from './send/sender.ts'
import { createMemory } from './memory.ts'
import type { ImportState } from './state.ts'
import { createStoredLines } from './stored-lines.ts'
import type { Tally } from './tally.ts'
import { createTrust } from './trust.ts'

export interface ImportOptions {
  source: LogSource
  /** The absolute path to which entries are relative, without a slash at its end; '' for an archive and for /. */
  root: string
  inOrder: boolean
  client: HttpClient
  retry: Retry
  state: ImportState
  tally: Tally
  /** '' means etc/hostname of the tree. */
  node: string
  /** '' means the server's default. */
  cluster: string
  compress: boolean
  batchBytes?: number
  /** Called with the plan, and the bytes that will be read. */
  onPlan(plan: Plan, bytes: number): void
  onBytes(bytes: number): void
}

export interface ImportResult {
  plan: Plan
  node: string
  /** The service answers no queries, so the import could not know what is stored already. */
  mute: boolean
  /** Why the import stopped early, or undefined. */
  stopped: string | undefined
}

const defaultBatchBytes = 4 * 1024 * 1024
// The server lists at most as many rejects of one batch.
const recordsMax = 10_000
// Enough for the service to fill a big insert while it makes another, and within its default for bytes in flight.
const inflight = { bytesMax: 48 * 1024 * 1024, requestsMax: 48 }

/** Resolves when all readable lines are stored, or counted in the tally. Rejects only for a bug or a broken machine. */
export async function runImport(options: ImportOptions): Promise<ImportResult> {
  const { source, client, retry, state, tally, cluster } = options
  const listing = await source.list()
  const node = options.node === '' ? listing.hostname : options.node
  const plan = planImport(listing, options.root)
  options.onPlan(plan, source.bytesOf(plan.files))

  const memory = createMemory({ state, tally })
  const headers = {
    ...(node === '' ? {} : { 'x-afterlog-node': node }),
    ...(cluster === '' ? {} : { 'x-afterlog-cluster': cluster }),
  }
  const sender = createSender({
    ...inflight,
    deliver: createDelivery({ client, headers, compress: options.compress, retry }),
    onOutcome(batch, outcome) {
      memory.outcome(batch, outcome)
      builder.recycle(batch)
    },
  })
  const builder = createBatchBuilder({
    bytesMax: options.batchBytes ?? defaultBatchBytes,
    recordsMax,
    onBatch: sender.send,
  })
  const storedLines = createStoredLines({
    pods: plan.files.flatMap((file) => (file.kind === 'pod' ? [file.log] : [])),
    client,
    retry,
    cluster,
  })
  const remembered = createTrust({ state, verifies: storedLines.verifies })
  const importFile = createFileImport({
    builder,
    sender,
    remembered,
    storedLines,
    tally,
    node,
    inOrder: options.inOrder,
    onFile: memory.file,
  })
  const saving = setInterval(() => void state.flush().catch(() => {}), 500)
  try {
    for await (const { file, chunks } of source.read(plan.files, options.onBytes)) await importFile(file, chunks)
    builder.flush()
    await sender.drain()
    return { plan, node, mute: storedLines.mute, stopped: undefined }
  } catch (error) {
    if (!(error instanceof ImportStopped) && !isAbort(error)) throw error
    await sender.drain().catch(() => {})
    return {
      plan,
      node,
      mute: storedLines.mute,
      stopped: error instanceof ImportStopped ? error.message : 'interrupted',
    }
  } finally {
    clearInterval(saving)
    tally.problems.push(...source.problems())
    await state
      .flush()
      .catch((error: unknown) => tally.problems.push({ path: 'the state file', reason: (error as Error).message }))
  }
}

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError'

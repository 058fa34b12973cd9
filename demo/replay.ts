// Edge: sends a laid-out cluster to a running Afterlog: the reports of the API server as a watcher would, and each
// node's /var/log through the importer. Resolves when everything is stored.
import { join } from 'node:path'
import { openDirectory } from '../services/import/files/directory.ts'
import { runImport } from '../services/import/run-import.ts'
import { createHttpClient, sentenceOf } from '../services/import/send/http-client.ts'
import { createRetry } from '../services/import/send/retry.ts'
import { openState } from '../services/import/state.ts'
import { isComplete } from '../services/import/report/summary.ts'
import { createTally } from '../services/import/tally.ts'
import type { LaidOutCluster } from './recorded-cluster.ts'

export interface ReplayOptions {
  url: string
  cluster: Pick<LaidOutCluster, 'nodes' | 'lifecycle'>
  /** A directory for the importer's state. */
  scratch: string
  signal: AbortSignal
}

export interface Replayed {
  /** Lines of log files, where each fragment counts as one. */
  lines: number
  files: number
  /** Pod objects and Events. */
  objects: number
}

/** Rejects with a sentence where any line or object was not stored. */
export async function replay({ url, cluster, scratch, signal }: ReplayOptions): Promise<Replayed> {
  const client = createHttpClient({ url, tenant: '', signal })
  const retry = createRetry({ patienceMs: 10_000, signal, onWait: () => {} })
  const tally = createTally()
  for (const { name, root } of cluster.nodes) {
    const { source, root: base } = await openDirectory(root)
    await using _ = source
    const result = await runImport({
      source,
      root: base,
      inOrder: true,
      client,
      retry,
      state: await openState(join(scratch, `${name}.json`)),
      tally,
      node: '',
      cluster: '',
      compress: false,
      onPlan: () => {},
      onBytes: () => {},
    })
    if (isComplete(tally, result)) continue
    const why = [
      result.stopped,
      ...[...tally.refused.values()].map(({ example }) => example),
      ...tally.problems.map(({ path, reason }) => `${path}: ${reason}`),
    ]
    throw new Error(`${name} is not stored: ${why.filter((reason) => reason !== undefined).join('; ')}`)
  }
  const response = await retry(() =>
    client.post('/v1/lifecycle', cluster.lifecycle, { 'content-type': 'application/x-ndjson' }),
  )
  if (!response.ok) throw new Error(`the Pods and Events are not stored: ${await sentenceOf(response)}`)
  const { accepted, rejects } = (await response.json()) as { accepted: number; rejects: { reason: string }[] }
  if (rejects[0] !== undefined) throw new Error(`the Pods and Events are not stored: ${rejects[0].reason}`)
  return { lines: tally.lines, files: tally.files, objects: accepted }
}

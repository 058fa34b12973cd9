// All that the agent knows: lives by their names, their files by their ids, and the state on the disk of both.
import type { Registry } from 'prom-client'
import type { OpenFiles } from './files/open-files.ts'
import { endOfLines, isGone, type Life, type LogFile } from './lives/log-file.ts'
import { createAgentMetrics, type AgentMetrics } from './report/metrics.ts'
import type { Problems } from './report/problems.ts'
import type { AgentState } from './state.ts'

export interface KnownFiles {
  readonly lives: Map<string, Life>
  readonly byId: Map<number, LogFile>
  all(): LogFile[]
}

export function createKnownFiles(lives: readonly Life[]): KnownFiles {
  const byKey = new Map(lives.map((life): [string, Life] => [life.key, life]))
  return { lives: byKey, byId: new Map(), all: () => [...byKey.values()].flatMap(({ files }) => files) }
}

export function measureFiles(
  registry: Registry,
  { known, openFiles, clock }: { known: KnownFiles; openFiles: OpenFiles; clock: () => number },
): AgentMetrics {
  const behind = (): LogFile[] =>
    known.all().filter((file) => file.storedTo < endOfLines(file) && (!isGone(file) || openFiles.isOpen(file)))
  return createAgentMetrics(registry, {
    files: () => known.all().length,
    openFiles: () => openFiles.count,
    bytesBehind: () => behind().reduce((sum, file) => sum + endOfLines(file) - file.storedTo, 0),
    oldestUnread: () => behind().reduce((most, { grewAtMs }) => Math.max(most, (clock() - grewAtMs) / 1000), 0),
  })
}

export interface SaverOptions {
  state: AgentState
  known: KnownFiles
  metrics: AgentMetrics
  problems: Problems
}

/** Returns a function that writes the state, and says whether it is on the disk. */
export function createSaver({ state, known, metrics, problems }: SaverOptions): () => Promise<boolean> {
  return async () => {
    try {
      await state.save(known.lives.values())
      problems.over('state', 'the state can be written again')
      return true
    } catch (error) {
      metrics.stateFailed()
      const failed = `the state cannot be written: ${(error as Error).message}`
      problems.report('state', `${failed}; after a restart, lines since the last time are sent again`)
      return false
    }
  }
}

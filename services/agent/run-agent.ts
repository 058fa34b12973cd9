// The agent on one screen: look at the directory → read what is new → batches → send → acknowledged → state. A timer
// looks, whatever the service does; the reader reads as there is room to send.
import { createHash } from 'node:crypto'
import { setImmediate as immediate } from 'node:timers/promises'
import { Registry } from 'prom-client'
import type { Logger } from '#shared/logger.ts'
import { version } from '#shared/version.ts'
import { acknowledge } from './acknowledge.ts'
import type { AgentConfig } from './config.ts'
import { createComparison } from './files/compare-files.ts'
import { createFailingReads } from './files/failing-reads.ts'
import { createOpenFiles } from './files/open-files.ts'
import { createPodsDirectory } from './files/pods-directory.ts'
import { createKnownFiles, createSaver, measureFiles } from './known-files.ts'
import { waitsForLook, type LogFile } from './lives/log-file.ts'
import { letGo } from './lives/losses.ts'
import { createWatch } from './lives/watch-lives.ts'
import { createReader } from './read-files.ts'
import { serveMetrics } from './report/metrics.ts'
import { createProblems } from './report/problems.ts'
import { createOutbox } from './send/outbox.ts'
import { openState } from './state.ts'

export interface RunAgentOptions {
  config: AgentConfig
  node: string
  log: Logger
  /** Stops the agent: what was handed over is still sent, for a second. */
  signal: AbortSignal
  onMetrics?(port: number): void
}

/** Looks without growth after which a file that was superseded is final. */
const settlePolls = 3
/** Looks after its directory was made within which the first file of a container is. */
const latePolls = 10
const saveEveryMs = 500
/** A life that is new is not read before a second look, which need not wait for the next poll. */
const secondLookMs = 100

/** Resolves when it was stopped. Rejects for a bug. */
export async function runAgent({ config, node, log, signal, onMetrics }: RunAgentOptions): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const clock = (): number => performance.now()
  const problems = createProblems({ log, clock })
  const onProblem = (problem: string, path: string): void =>
    problems.report(`${problem} ${path}`, `a log ${problem}`, { path })
  const [settleMs, lateMs] = [settlePolls, latePolls].map((polls) => polls * config.AFTERLOG_AGENT_POLL_MS) as [
    number,
    number,
  ]

  let ids = 0
  const nextId = (): number => ++ids
  const { AFTERLOG_AGENT_STATE: statePath } = config
  const opened = await openState({ path: statePath, target: targetOf(config), nextId })
  if (opened.problem !== undefined)
    log.warn({ path: statePath }, `the state is not used, so that every log is read from its begin: ${opened.problem}`)
  const known = createKnownFiles(opened.lives)
  const openFiles = createOpenFiles({ max: config.AFTERLOG_AGENT_OPEN_FILES_MAX, onProblem })
  stack.defer(() => openFiles.closeAll())
  const registry = new Registry()
  const metrics = measureFiles(registry, { known, openFiles, clock })
  const { AFTERLOG_AGENT_METRICS_HOST: host, AFTERLOG_AGENT_METRICS_PORT: port } = config
  if (port !== undefined) onMetrics?.(stack.use(await serveMetrics(registry, { host, port })).port)
  const save = createSaver({ state: opened.state, known, metrics, problems })

  const outbox = createOutbox({
    config,
    node,
    onOutcome: (batch, outcome) => acknowledge(batch, outcome, { files: known.byId, metrics, problems }),
    onWait(sentence) {
      if (sentence === undefined) return problems.over('service', 'the service takes lines again')
      metrics.retried()
      problems.report('service', `the service takes no lines, and nothing is read meanwhile: ${sentence}`)
    },
  })
  const failing = createFailingReads({ openFiles, clock, onProblem })
  const onForgotten = ({ id }: LogFile): void => void known.byId.delete(id)
  const comparing = createComparison({ openFiles, failing, clock, settleMs, onProblem })
  const watch = createWatch({ lives: known.lives, openFiles, ...comparing, settleMs, lateMs, nextId, onForgotten })
  const directory = createPodsDirectory({
    root: config.AFTERLOG_AGENT_PODS_DIR,
    onUnseen: (code, path) => onProblem(`or its directory cannot be looked at, and is left out: ${code}`, path),
  })
  let wake = Promise.withResolvers<void>()
  let secondLook: NodeJS.Timeout | undefined
  const look = (): void => {
    clearTimeout(secondLook)
    try {
      watch.look(directory.list(), clock())
      problems.over('directory', 'the directory of logs can be read again')
    } catch (error) {
      problems.report('directory', `the logs cannot be listed, so no file is found: ${(error as Error).message}`)
    }
    const files = known.all()
    for (const file of files) known.byId.set(file.id, file)
    letGo(files, openFiles, config.AFTERLOG_AGENT_REMOVED_BYTES_MAX)
    if (files.some((file) => file.isPresent && waitsForLook(file))) secondLook = setTimeout(look, secondLookMs)
    wake.resolve()
  }
  const { builder, room } = outbox
  const reading = { lives: known.lives, openFiles, failing, builder, settleMs, clock, room, saved: save, onProblem }
  const reader = createReader(reading)

  const timers = [setInterval(look, config.AFTERLOG_AGENT_POLL_MS), setInterval(() => void save(), saveEveryMs)]
  stack.defer(() => [...timers, secondLook].forEach((timer) => clearInterval(timer)))
  const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  const follow = async (): Promise<void> => {
    for (look(); !signal.aborted;) {
      wake = Promise.withResolvers()
      if (await reader.round()) await immediate()
      else await Promise.race([wake.promise, stopped])
    }
  }
  log.info({ version, directory: config.AFTERLOG_AGENT_PODS_DIR, lives: known.lives.size }, 'following')
  await Promise.race([follow(), stopped])
  await outbox.end()
  await save()
}

const targetOf = (config: AgentConfig): string =>
  createHash('sha256')
    .update([config.AFTERLOG_AGENT_URL, config.AFTERLOG_AGENT_TENANT, config.AFTERLOG_AGENT_CLUSTER].join('\0'))
    .digest('hex')

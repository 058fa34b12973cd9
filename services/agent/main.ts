// `npm run agent`. Of the agent, only this file reads the environment. It writes its log to stdout, one JSON object per
// line. The first SIGTERM or SIGINT stops it in order.
import { hostname } from 'node:os'
import { createLogger } from '#shared/logger.ts'
import { readAgentConfig } from './config.ts'
import { runAgent } from './run-agent.ts'

async function main(): Promise<void> {
  /* oxlint-disable-next-line node/no-process-env -- the only place of this program that reads the environment */
  const { config, unknown } = readAgentConfig(process.env)
  const log = createLogger({ level: config.AFTERLOG_AGENT_LOG_LEVEL, service: 'agent' })
  if (unknown.length > 0)
    log.warn({ unknown }, 'these environment variables have no meaning: check their names, or unset them')
  const stop = new AbortController()
  const abort = (): void => stop.abort()
  process.once('SIGTERM', abort).once('SIGINT', abort)
  await runAgent({
    config,
    node: config.AFTERLOG_AGENT_NODE ?? hostname(),
    log,
    signal: stop.signal,
    onMetrics: (port) => log.info({ port }, 'metrics are served'),
  })
  log.info('stopped')
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`afterlog agent: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(1)
  },
)

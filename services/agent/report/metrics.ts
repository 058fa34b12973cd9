// All metrics of the agent, and the answer of /metrics. docs/agent.md lists them; a test compares the two.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { collectDefaultMetrics, Counter, Gauge, type Registry } from 'prom-client'

export interface AgentMetrics {
  stored(records: number, bytes: number): void
  refused(reason: string, records: number): void
  retried(): void
  lost(bytes: number): void
  ended(): void
  stateFailed(): void
}

/** What the gauges show, asked for when they are read. */
export interface AgentGauges {
  files(): number
  openFiles(): number
  bytesBehind(): number
  oldestUnread(): number
}

export function createAgentMetrics(registry: Registry, gauges: AgentGauges): AgentMetrics {
  const registers = [registry]
  const counter = (name: string, help: string) => new Counter({ name: `afterlog_agent_${name}_total`, help, registers })
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name: `afterlog_agent_${name}`,
      help,
      registers,
      collect() {
        this.set(value())
      },
    })
  collectDefaultMetrics({ register: registry })
  const records = counter('records_stored', 'Lines that the service has acknowledged, with those that were sent again')
  const bytes = counter('bytes_stored', 'Bytes of bodies that the service has acknowledged')
  const refused = new Counter({
    name: 'afterlog_agent_records_refused_total',
    help: 'Records that the service refused, by the reason that it gave',
    labelNames: ['reason'],
    registers,
  })
  const retries = counter('retries', 'Posts that had to be sent again: busy, away, failed or unanswered')
  const lost = counter('lost_bytes', 'Bytes of files that were removed before they were read')
  const ends = counter('ends_stored', 'Files of which the service knows that they were read to their end')
  const failures = counter('state_failures', 'Times that the positions could not be written')
  gauge('files', 'Log files that are known', gauges.files)
  gauge('open_files', 'Log files that are open', gauges.openFiles)
  gauge('behind_bytes', 'Bytes of log files that are not stored yet', gauges.bytesBehind)
  gauge('behind_seconds', 'Seconds since the file grew that has waited longest for the service', gauges.oldestUnread)
  return {
    stored: (count, size) => {
      records.inc(count)
      bytes.inc(size)
    },
    refused: (reason, count) => refused.inc({ reason }, count),
    retried: () => retries.inc(),
    lost: (count) => lost.inc(count),
    ended: () => ends.inc(),
    stateFailed: () => failures.inc(),
  }
}

/** Serves the metrics. Resolves once it listens, with its port. */
export async function serveMetrics(
  registry: Registry,
  { host, port }: { host: string; port: number },
): Promise<{ port: number } & AsyncDisposable> {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end('the agent answers GET /metrics\n')
      return
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    )
  })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(port, host, resolve)
  await promise
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

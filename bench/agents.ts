// What a million lines cost the process that stores them over each protocol of agents, beside the native batch, by turns
// in one run, so that what else the machine does falls on all of them.
// Run by hand: node bench/agents.ts [--lines 200000] [--rounds 3] [--match otlp]
import { mkdtemp, rm } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { httpProtocol, pathOf, type AgentLine, type AgentProtocol } from '#test/support/agents/protocol.ts'
import { protocols } from '#test/support/agents/protocols.ts'
import { spawnService } from '#test/support/service-process.ts'
import { cpuSeconds } from './load/process-cost.ts'
import { quantile } from './load/quantile.ts'
import { startEnv } from './load/start-env.ts'

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '200000' },
    rounds: { type: 'string', default: '3' },
    match: { type: 'string', default: '' },
  },
})
const [lineCount, rounds] = [Number(values.lines), Number(values.rounds)]
const linesPerBody = 2000
const say = (text: string): void => void process.stdout.write(`${text}\n`)

const native = httpProtocol({
  name: 'native',
  path: '/v1/batches',
  type: 'application/json',
  printed: {},
  body: (lines) => {
    const records = lines.map(({ time, message, ...names }) => ({
      ...names,
      time: String(time),
      message: message.toString(),
    }))
    return Buffer.from(JSON.stringify({ records }))
  },
})

/** Lines of 20 pods, a body after the other as an agent reads them: some lines of one file, and then of the next. */
function linesOf(body: number): AgentLine[] {
  const begin = BigInt(Date.now() - 3_600_000) * 1_000_000n
  return Array.from({ length: linesPerBody }, (_, i) => {
    const pod = Math.floor(i / 100)
    const number = body * 100 + (i % 100)
    const line: AgentLine = {
      time: begin + BigInt(number) * 1_000_000n,
      message: Buffer.from(
        `level=info ts=2026-11-30T12:00:00Z caller=orders.go:${number % 97} msg="order stored" order=${number * 7919} ` +
          `user=${number % 1009} duration=${number % 331}ms trace=${(number * 7919).toString(16).padStart(32, '0')}`,
      ),
      namespace: 'shop',
      pod: `orders-7d9f8b6c5-${String(pod).padStart(5, 'x')}`,
      podUid: `5b0c6a3e-3f0c-4d25-9f3a-6f2f8f4a1c${String(pod).padStart(2, '0')}`,
      container: 'app',
      restart: 0,
      stream: 'stdout',
      offset: number * 220,
      labels: { app: 'orders', 'app.kubernetes.io/part-of': 'shop' },
    }
    return { ...line, attributes: { 'log.file.path': pathOf(line) } }
  })
}

interface Cost {
  cpuS: number
  linesPerS: number
}

/** Of a new store, from the first body to the last answer. */
async function costOf(protocol: AgentProtocol, bodies: readonly Buffer[]): Promise<Cost> {
  const dataDir = await mkdtemp(join(tmpdir(), 'afterlog-agents-'))
  try {
    await using service = spawnService({ dataDir, env: { ...startEnv, ...protocol.env }, program: 'services/ingest/main.ts' })
    const url = await service.serving
    const before = cpuSeconds(service.pid)
    const beganMs = performance.now()
    let next = 0
    const send = async (): Promise<void> => {
      for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) {
        const { status, body: answer } = await protocol.sendBytes({ url, tenant: 'default' }, body)
        if (status >= 300) throw new Error(`${protocol.name}: ${status} ${answer.slice(0, 200)}`)
      }
    }
    await Promise.all([send(), send(), send(), send()])
    const lines = bodies.length * linesPerBody
    const seconds = (performance.now() - beganMs) / 1000
    return { cpuS: ((cpuSeconds(service.pid) - before) / lines) * 1e6, linesPerS: lines / seconds }
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

const measured = [native, ...protocols.filter(({ name }) => name.toLowerCase().includes(values.match.toLowerCase()))]
const batches = Array.from({ length: Math.ceil(lineCount / linesPerBody) }, (_, body) => linesOf(body))
const costs = new Map(measured.map((protocol) => [protocol, [] as Cost[]]))
say(`${batches.length * linesPerBody} lines a round, ${rounds} rounds; load average ${loadavg()[0]!.toFixed(1)}`)
for (let round = 0; round < rounds; round++)
  for (const protocol of measured)
    costs.get(protocol)!.push(
      await costOf(
        protocol,
        batches.map((lines) => protocol.body(lines)),
      ),
    )
const median = (protocol: AgentProtocol, of: keyof Cost): number =>
  quantile(
    costs.get(protocol)!.map((cost) => cost[of]),
    0.5,
  )
say('protocol                   CPU s per million   of native   lines/s   of native')
for (const protocol of measured) {
  const [cpuS, linesPerS] = [median(protocol, 'cpuS'), median(protocol, 'linesPerS')]
  const ofNative = [cpuS / median(native, 'cpuS'), linesPerS / median(native, 'linesPerS')].map((ratio) => ratio.toFixed(2))
  say(
    `${protocol.name.padEnd(26)} ${cpuS.toFixed(1).padStart(17)} ${ofNative[0]!.padStart(11)} ` +
      `${linesPerS.toFixed(0).padStart(9)} ${ofNative[1]!.padStart(11)}`,
  )
}

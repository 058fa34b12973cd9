// What our agent and Fluent Bit cost for the same files, against a server that only counts lines: by turns, so that what
// else the machine does falls on both.
// Run by hand: node bench/agents/cost.ts --fluent-bit BINARY [--lines 1000000] [--pods 20] [--rounds 1]
//   [--outputs http,json]
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { setTimeout as sleep } from 'node:timers/promises'
import { spawnAgent } from '#test/support/agent-process.ts'
import { writeConfig } from './fluent-bit/configuration.ts'
import { outputs } from './fluent-bit/outputs.ts'
import { runKilled, type AgentCost } from './killed-agent.ts'

const { values } = parseArgs({
  options: {
    'fluent-bit': { type: 'string', default: 'fluent-bit' },
    lines: { type: 'string', default: '1000000' },
    pods: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '1' },
    outputs: { type: 'string', default: 'http' },
  },
})
const [lines, pods, rounds] = [values.lines, values.pods, values.rounds].map(Number) as [number, number, number]

/** Stands once in every line, whatever carries it. */
const mark = Buffer.from('#line ')
const counted = { lines: 0, bytes: 0 }

async function count(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  const sent = Buffer.concat(parts)
  const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent
  let found = 0
  for (let at = body.indexOf(mark); at !== -1; at = body.indexOf(mark, at + mark.length)) found++
  counted.lines += found
  counted.bytes += sent.length
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify({ accepted: found, rejected: 0, rejects: [] }))
}

/** 100 bytes each with its newline, as containerd writes them. */
async function writeFiles(root: string): Promise<void> {
  const beganMs = Date.now() - 60_000
  for (let pod = 0; pod < pods; pod++) {
    const directory = join(root, `shop_cart-${pod}_5b0c6a3e-3f0c-4d25-9f3a-${String(pod).padStart(12, '0')}/app`)
    await mkdir(directory, { recursive: true })
    const text: string[] = []
    for (let i = 0; i < lines / pods; i++) {
      const time = new Date(beganMs + Math.floor(i / 1000)).toISOString().slice(0, 23)
      const head = `${time}${String((i % 1000) * 1000).padStart(6, '0')}Z stdout F #line ${i} `
      text.push(`${head.padEnd(99, 'x')}\n`)
    }
    await writeFile(join(directory, '0.log'), text.join(''))
  }
}

async function allCounted(): Promise<void> {
  for (const untilMs = performance.now() + 300_000; counted.lines < lines; await sleep(20))
    if (performance.now() > untilMs) throw new Error(`only ${counted.lines} of ${lines} lines were sent`)
}

async function ofOurs(url: string, work: string, root: string): Promise<AgentCost> {
  await using agent = spawnAgent({ URL: url, PODS_DIR: root, STATE: join(work, 'state.json') })
  await allCounted()
  const { cpuSeconds, rssBytes } = agent.used()
  return { cpuSeconds, peakMiB: Math.round(rssBytes / 1024 / 1024) }
}

async function ofFluentBit(url: string, work: string, root: string, name: string): Promise<AgentCost> {
  const fluentBit = runKilled({
    binary: values['fluent-bit'],
    args: ['--config', await writeConfig(work, outputs[name]!)],
    env: {
      AFTERLOG_HOST: '127.0.0.1',
      AFTERLOG_PORT: new URL(url).port,
      NODE_NAME: 'node-7',
      POD_LOGS: join(root, '*/*/*.log'),
    },
    kills: 0,
    everyMs: 0,
  })
  await allCounted()
  return fluentBit.stop()
}

const work = await mkdtemp(join(tmpdir(), 'afterlog-bench-cost-'))
const server = createServer((request, response) => void count(request, response)).listen(0, '127.0.0.1')
try {
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const root = join(work, 'pods')
  await writeFiles(root)
  const agents = [
    ['our agent', ofOurs] as const,
    ...values.outputs.split(',').map((name) => {
      const run = (...of: [string, string, string]) => ofFluentBit(...of, name)
      return [`Fluent Bit, ${name}`, run] as const
    }),
  ]
  for (let round = 0; round < rounds; round++)
    for (const [name, run] of agents) {
      counted.lines = counted.bytes = 0
      const directory = await mkdtemp(join(work, 'agent-'))
      const startedMs = performance.now()
      const { cpuSeconds, peakMiB } = await run(url, directory, root)
      const seconds = (performance.now() - startedMs) / 1000
      process.stdout.write(
        `${name}: ${counted.lines} lines in ${seconds.toFixed(1)} s, ${(counted.bytes / lines).toFixed(0)} bytes each; ` +
          `${((cpuSeconds / lines) * 1_000_000).toFixed(2)} CPU s per million lines, ${peakMiB} MiB\n`,
      )
    }
} finally {
  server.close()
  await rm(work, { recursive: true, force: true })
}

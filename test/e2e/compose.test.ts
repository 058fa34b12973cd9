// What `docker compose up` starts, without Docker: the services of docker-compose.yml, with their commands and
// environment, on what the Dockerfile puts into the image. Kafka is a real broker with the settings of the file,
// ClickHouse the bridge or a real server, and kcat stands in for Fluent Bit: it produces what the configuration in
// deploy/agents/fluent-bit makes of the sample files.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { messagesIn } from '../../demo/messages.ts'
import { parseLogPath } from '#shared/kubelet-path.ts'
import { startServer } from '#test/support/cluster/start.ts'
import { readCompose } from '#test/support/compose.ts'
import { playFluentBit } from '#test/support/fluent-bit.ts'
import { layOutImage } from '#test/support/image.ts'
import { freePort } from '#test/support/kafka/free-port.ts'
import { withKafka } from '#test/support/kafka/with-kafka.ts'
import { listsHave, request } from '#test/support/service.ts'
import { root, spawnService, type ServiceProcess } from '#test/support/service-process.ts'

const { services } = readCompose()
type Name = 'kafka' | 'migrate' | 'ingest' | 'query' | 'projector' | 'sample-logs' | 'fluent-bit'
const named = (name: Name) => services[name]!
/** Ports of the file → free ones of this machine. */
const ports = new Map<string, number>()

withKafka(
  'docker-compose.yml',
  (kafka) => {
    let dir: string
    let image: string
    let samples: string
    let ingests: ServiceProcess[]
    let query: ServiceProcess
    let projector: ServiceProcess
    const stack = new AsyncDisposableStack()
    let env: (name: Name) => Record<string, string>

    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'afterlog-compose-'))
      stack.defer(() => rm(dir, { recursive: true, force: true }))
      image = join(dir, 'app')
      samples = join(dir, 'samples')
      layOutImage(image)
      const clickhouse = stack.use(await startServer({ dir: join(dir, 'clickhouse'), user: clickHouseUser() }))
      env = (name) => environment(name, { 'kafka:9092': kafka.brokers, 'http://clickhouse:8123': clickhouse.url })
    }, 120_000)
    afterAll(() => stack.disposeAsync())

    const started = (name: 'ingest' | 'query' | 'projector'): ServiceProcess =>
      stack.use(spawnService({ dataDir: join(dir, 'none'), checkout: image, program: program(name), env: env(name) }))
    const files = async () => (await readdir(image, { recursive: true })).length

    test('everything starts and becomes healthy, and what the sample files say is answered, each line once and in order', async () => {
      const before = await files()
      await ran(program('migrate'), [], env('migrate'), image)
      ingests = Array.from({ length: named('ingest').deploy!.replicas! }, () => started('ingest'))
      query = started('query')
      projector = started('projector')
      await ran(program('sample-logs'), [samples], {}, image)
      const others = [['query', query] as const, ['projector', projector] as const]
      for (const [name, service] of [...ingests.map((each) => ['ingest', each] as const), ...others])
        await expect.poll(async () => await isHealthy(name, service), { timeout: 60_000, interval: 500 }).toBe(true)

      const messages = await playFluentBit({
        file: join(root, 'deploy/agents/fluent-bit/samples.yaml'),
        env: env('fluent-bit'),
        place: (path) => path.replace('/var/log/samples', samples),
      })
      const lines = messages.filter(({ topic }) => topic === 'afterlog.logs').map(({ value }) => JSON.parse(value) as Line)
      const paths = [...new Set(lines.map(({ path }) => path))]
      expect(paths.length).toBeGreaterThan(10)
      const url = await query.serving
      // A fragment came in a message of its own, and is joined.
      const written = paths.map((path) => messagesIn(readFileSync(path, 'latin1')))
      const count = written.join('').split('\n').length - 1
      expect(count).toBeLessThan(lines.length)
      await expect
        .poll(async () => (await request(`${url}/v1/fields/cluster/values`)).body.values, { timeout: 60_000, interval: 500 })
        .toEqual([{ value: named('ingest').environment!['AFTERLOG_CLUSTER'], count }])
      const said = await Promise.all(paths.map((path) => saidBy(url, path)))
      expect(said).toEqual(written)
      expect((await request(`${url}/v1/dead-letters`)).body.deadLetters).toEqual([])
      expect(await files()).toBe(before)
    })

    test('what the API server told of the pods is there too', async () => {
      const url = await query.serving
      await listsHave(url)
      const { body } = await request(`${url}/v1/pods?outcome=oomkilled`)
      expect(body.pods).toMatchObject([{ namespace: 'shop', outcome: 'oomkilled' }])
    })

    test('the ingest processes share the partitions', async () => {
      const partitions = await Promise.all(
        ingests.map(async ({ serving }) => {
          const metrics = await (await fetch(`${await serving}/metrics`)).text()
          return [...metrics.matchAll(/^afterlog_kafka_partition_lag\{(topic="afterlog.logs".*)\}/gm)].map(([, labels]) => labels)
        }),
      )
      for (const own of partitions) expect(own).not.toEqual([])
      expect(new Set(partitions.flat()).size).toBe(partitions.flat().length)
    })

    test('told to stop they stop in order, within the grace of the file', async () => {
      for (const service of [...ingests, query, projector]) service.kill('SIGTERM')
      for (const service of [...ingests, query, projector]) expect(await service.exited).toMatchObject({ code: 0 })
    })
  },
  { kcat: true, start: async () => await brokerOptions() },
)

interface Line {
  path: string
}

/** Whom the file makes in the server's image. */
function clickHouseUser() {
  const { CLICKHOUSE_USER: name, CLICKHOUSE_PASSWORD: password } = services['clickhouse']!.environment!
  return { name: String(name), password: String(password) }
}

/** The settings that the file gives to the broker's image, which are those of server.properties, on free ports. */
async function brokerOptions() {
  for (const [, port] of JSON.stringify(named('kafka').environment).matchAll(/:(\d{4,5})\b/g))
    if (!ports.has(port!)) ports.set(port!, await freePort())
  const settings = Object.entries(named('kafka').environment!).flatMap(([name, value]) => {
    if (name === 'KAFKA_HEAP_OPTS' || name === 'KAFKA_LOG_DIRS') return []
    const here = String(value).replace(
      /(?:kafka|127\.0\.0\.1)?:(\d{4,5})\b/g,
      (_, port: string) => `127.0.0.1:${ports.get(port)}`,
    )
    return [[name.replace('KAFKA_', '').toLowerCase().replaceAll('_', '.'), here] as const]
  })
  return { port: ports.get('9092')!, properties: Object.fromEntries(settings) }
}

/** That of the file and of the image, with addresses of this machine. */
function environment(name: Name, addresses: Readonly<Record<string, string>>): Record<string, string> {
  const given = Object.entries(named(name).environment ?? {}).map(([key, value]) => {
    const here = Object.entries(addresses).reduce((text, [there, address]) => text.replace(there, address), String(value))
    return [key, here] as const
  })
  return { NODE_ENV: 'production', ...Object.fromEntries(given) }
}

const program = (name: Name) =>
  named(name).command![0] as 'services/ingest/main.ts' | 'services/query/main.ts' | 'services/projector/main.ts'

/** Runs to its end, which must be a good one. */
async function ran(file: string, args: readonly string[], env: Record<string, string>, cwd: string): Promise<void> {
  const child = spawn(process.execPath, [file, ...args], { cwd, env, stdio: ['ignore', 'ignore', 'inherit'] })
  expect(await once(child, 'close'), file).toEqual([0, null])
}

/** What the file's own command says. */
async function isHealthy(name: Name, { serving }: ServiceProcess): Promise<boolean> {
  const [, node, ...args] = named(name).healthcheck!.test!
  expect(node).toBe('node')
  const child = spawn(process.execPath, args, { env: { AFTERLOG_HTTP_PORT: new URL(await serving).port }, stdio: 'ignore' })
  const [code] = (await once(child, 'close')) as [number]
  return code === 0
}

/** All lines of the life whose log file this was, as latin1, which is bytes. */
async function saidBy(url: string, path: string): Promise<string> {
  const log = parseLogPath(path)
  if (log?.kind !== 'pods') throw new Error(`${path} is no log of a pod`)
  const asked = `${url}/v1/pods/${log.podUid}/logs?container=${log.container}&life=${log.restart}`
  const response = await fetch(asked, { headers: { accept: 'text/plain' } })
  return response.ok ? Buffer.from(await response.arrayBuffer()).toString('latin1') : ''
}

// `npm run test:kubernetes -- --pods 500 --seed N`: a real kube-apiserver, two replicas of ingest that watch it into
// one store, pods driven through every kind of death by kubectl, while the API server is killed, its history compacted,
// replicas frozen and killed. At the end every pod and every container's life is there exactly once in GET /v1/pods.
// Faults that never struck prove nothing, and fail it too.
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startServer } from '#test/support/cluster/start.ts'
import { spawnService } from '#test/support/service-process.ts'
import { differences, shownPods } from '#test/support/told-pods.ts'
import { startCluster } from './kubernetes/cluster.ts'
import { createNodes } from './kubernetes/nodes.ts'
import { startReplicas } from './kubernetes/replicas.ts'
import { namespace, persist, startRounds } from './kubernetes/rounds.ts'
import { createRandom } from './storage/random.ts'

const { values } = parseArgs({
  options: {
    pods: { type: 'string', default: '500' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
    keep: { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed)
const random = createRandom(seed)
const dir = join(tmpdir(), `afterlog-kubernetes-${process.pid}`)
const say = (text: string): void => void process.stdout.write(`${text}\n`)

/** What strikes during a round. `blind`: nobody watches, and the history is compacted meanwhile. */
const faults = ['kill-api', 'freeze', 'kill-replica', 'kill-both', 'blind'] as const
/** A pod that nothing happens to, in the namespace `default`. */
const canary = 'canary'
const settleMsMax = 120_000

async function campaign(): Promise<number> {
  const startedMs = performance.now()
  say(`seed ${seed}: npm run test:kubernetes -- --pods ${values.pods} --seed ${seed}`)
  await mkdir(dir, { recursive: true })
  await using cluster = await startCluster(dir)
  await using store = await startServer({ dir: join(dir, 'store') })
  const env = { AFTERLOG_CLICKHOUSE_URL: store.url, AFTERLOG_CLUSTER: 'proof' }
  await using query = spawnService({ dataDir: 'unused', program: 'services/query/main.ts', env })
  const url = await query.serving
  await using replicas = await startReplicas({
    env: { ...env, AFTERLOG_KUBERNETES: cluster.kubeconfig, AFTERLOG_LOG_LEVEL: 'info' },
    count: 2,
  })
  await cluster.kubectl(['create', 'namespace', namespace])
  const nodes = await createNodes(cluster, random)
  await cluster.kubectl(['run', canary, '--image=registry.example/canary'])
  const fates = Array.from({ length: Number(values.pods) }, (_, i) => ({ name: `pod-${i}`, node: nodes.pick(), random }))
  const rounds = await startRounds(cluster, fates, random)
  say(`${rounds.pods.length} pods created in ${elapsed(startedMs)} s`)

  const struck = new Map<string, number>()
  let beat = 0
  /** Until the store knows what the API server knew when it was called. */
  const caughtUp = async (): Promise<void> => {
    const name = nodes.names[0]!
    const value = `beat-${++beat}`
    await persist(() => cluster.kubectl(['label', 'node', name, `canary=${value}`, '--overwrite']))
    await until(
      async () => (await ask(`SELECT count() FROM nodes WHERE labels['canary'] = '${value}'`)) !== '0',
      `label ${value}`,
    )
    await persist(() => cluster.kubectl(['label', 'pod', canary, `canary=${value}`, '--overwrite']))
    await until(async () => (await ask(`SELECT count() FROM pods WHERE labels['canary'] = '${value}'`)) !== '0', `label ${value}`)
  }
  const ask = async (sql: string): Promise<string> =>
    (await (await fetch(`${store.url}/?database=afterlog`, { method: 'POST', body: `${sql}\nFORMAT TSV` })).text()).trim()

  const withFault = async (fault: string, act: () => Promise<boolean>): Promise<boolean> => {
    struck.set(fault, (struck.get(fault) ?? 0) + 1)
    const victim = random.int(2)
    switch (fault) {
      case 'kill-api': {
        const [more] = await Promise.all([act(), sleep(random.int(1500)).then(() => cluster.restart())])
        return more
      }
      case 'freeze': {
        replicas.freeze(victim)
        const more = await act()
        replicas.thaw(victim)
        return more
      }
      case 'kill-replica': {
        await replicas.kill(victim)
        const more = await act()
        await replicas.revive(victim)
        return more
      }
      case 'blind': {
        // A frozen process still has what its kernel received: its streams are cut first.
        for (const replica of [0, 1]) replicas.freeze(replica)
        await cluster.restart()
        const more = await act()
        await cluster.compact()
        await cluster.restart()
        for (const replica of [0, 1]) replicas.thaw(replica)
        return more
      }
      case 'kill-both': {
        for (const replica of [0, 1]) await replicas.kill(replica)
        const more = await act()
        for (const replica of [0, 1]) await replicas.revive(replica)
        return more
      }
      default:
        return act()
    }
  }

  let order: string[] = []
  for (let round = 1, more = true; more; round++) {
    if (order.length === 0) order = [...faults, 'none'].toSorted(() => random.next() - 0.5)
    const fault = order.pop()!
    const atMs = performance.now()
    more = await withFault(fault, async () => {
      await nodes.next()
      return rounds.next()
    })
    await caughtUp()
    say(`round ${round} (${fault}): ${elapsed(atMs)} s`)
  }

  let wrong: string[] = []
  const settled = async (): Promise<boolean> => {
    wrong = [...differences(rounds.pods, await shownPods(url, namespace)), ...(await nodes.differences(ask))]
    return wrong.length === 0
  }
  await until(settled, 'the end').catch(() => undefined)
  for (const sentence of wrong.slice(0, 20)) say(`WRONG ${sentence}`)

  const counters = await replicas.counters()
  const sum = (pattern: RegExp): number => [...counters].reduce((all, [name, value]) => all + (pattern.test(name) ? value : 0), 0)
  const expired = sum(/lists_total.*expired/)
  const outcomes = Map.groupBy(rounds.pods, ({ outcome }) => outcome)
  const deaths = rounds.pods.reduce((all, { lives }) => all + lives.filter(({ finishedAt }) => finishedAt !== null).length, 0)
  say(`${rounds.pods.length} pods, of which ${rounds.pods.filter(({ gone }) => gone).length} are gone from the API server`)
  say(`outcomes: ${[...outcomes].map(([outcome, of]) => `${outcome} ${of.length}`).join(', ')}; ${deaths} containers ended`)
  say(`faults: ${[...struck].map(([fault, times]) => `${fault} ${times}`).join(', ')}`)
  say(`lists after 410 Gone: ${expired}; lists in all: ${sum(/lists_total/)}; told as gone from a list: ${sum(/vanished_total/)}`)
  say(`objects delivered by both replicas: ${sum(/objects_total/)}; starts of the API server: ${cluster.starts()}`)
  const idle: string[] = [...faults].filter((fault) => !struck.has(fault))
  if (expired === 0) idle.push('410 Gone')
  if (sum(/vanished_total/) === 0) idle.push('a death that nobody watched')
  for (const fault of idle) say(`WRONG ${fault} never came to pass`)
  say(
    `${wrong.length === 0 && idle.length === 0 ? 'no death missed, none twice' : 'FAILED'} in ${elapsed(startedMs)} s, seed ${seed}`,
  )
  return wrong.length + idle.length
}

async function until(test: () => Promise<boolean>, what: string): Promise<void> {
  const endMs = performance.now() + settleMsMax
  while (!(await test())) {
    if (performance.now() > endMs) throw new Error(`${what} was not known after ${settleMsMax / 1000} s`)
    await sleep(300)
  }
}

const elapsed = (sinceMs: number): string => ((performance.now() - sinceMs) / 1000).toFixed(1)

let failures = 1
try {
  failures = await campaign()
} finally {
  if (!values.keep) await rm(dir, { recursive: true, force: true })
}
process.exit(failures === 0 ? 0 : 1)

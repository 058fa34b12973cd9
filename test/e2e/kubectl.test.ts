// The real kubectl against a real service, as people use it: six pods, each dead in another way or alive, read to the
// last byte. What it prints of a log is compared with what a kubelet prints of the file that was sent.
import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { scale } from '#test/support/campaign.ts'
import { fixture, type KubernetesObject } from '#test/support/kubernetes.ts'
import { apiTenant } from '#test/support/kubernetes-api.ts'
import { missing, openClient, type Client } from '#test/support/kubectl.ts'
import { migratedDataDir } from '#test/support/migrated-data-dir.ts'
import { kubeletPrints, oddLines, pathOf, type DiskLog } from '#test/support/node-disk.ts'
import { request } from '#test/support/service.ts'
import { spawnService, type ServiceProcess } from '#test/support/service-process.ts'
import { skipOrFail } from '#test/support/skip-or-fail.ts'

const lacking = missing('kubectl')
if (lacking !== undefined) skipOrFail('kubectl reads the dead', lacking)

const t0 = Date.UTC(2026, 10, 23, 10)
const uid = (n: number) => `5b0c${String(n).padStart(4, '0')}-7d1e-4f2a-9b3c-${String(n).padStart(12, '0')}`
const logOf = (pod: string, n: number, restart: number, namespace = 'shop'): DiskLog => ({
  namespace,
  pod,
  uid: uid(n),
  container: 'app',
  restart,
  lines: oddLines(`${pod} ${restart}`, t0 + (n * 10 + restart) * 60_000),
})

const pods = {
  crashed: { told: fixture('pod-crash-loop'), n: 1 },
  oomkilled: { told: fixture('pod-oom-restarted'), n: 2 },
  evicted: { told: fixture('pod-evicted-disk'), n: 4 },
  'node-lost': { told: fixture('pod-node-shutdown'), n: 5 },
  deleted: { told: fixture('watch-deleted-healthy'), n: 7 },
  running: { told: fixture('pod-replacement'), n: 8 },
} as const
type Outcome = keyof typeof pods
const outcomes = Object.keys(pods) as Outcome[]
/** Whose pods are read by themselves: by day one of each kind, at night all. */
const readAlone = scale === 1 ? (['crashed', 'deleted'] as const) : outcomes
const objectOf = (outcome: Outcome): KubernetesObject => (pods[outcome].told['object'] ?? pods[outcome].told) as KubernetesObject
const realName = (outcome: Outcome): string => objectOf(outcome)['metadata'].name
/** As lists have it: web-0 was deleted and is there again. */
const nameOf = (outcome: Outcome): string => (outcome === 'deleted' ? `web-0.${uid(7).slice(0, 8)}` : realName(outcome))

/** Two lives of each: the newest, and the one before. */
const newestRestart = (outcome: Outcome): number => objectOf(outcome)['status'].containerStatuses?.[0]?.restartCount ?? 0
const logs = Object.fromEntries(
  outcomes.map((outcome) => {
    const newest = newestRestart(outcome)
    const lives = newest === 0 ? [0] : [newest - 1, newest]
    return [outcome, lives.map((restart) => logOf(realName(outcome), pods[outcome].n, restart)).toReversed()]
  }),
) as Record<Outcome, DiskLog[]>

describe.skipIf(lacking !== undefined)('kubectl reads the dead', () => {
  let dataDir: string
  let service: ServiceProcess
  let kubectl: Client
  let k8s: ReturnType<typeof apiTenant>
  beforeAll(async () => {
    dataDir = migratedDataDir('afterlog-kubectl-')
    service = spawnService({ dataDir, env: { AFTERLOG_RETENTION: 'default=3650d' } })
    const url = await service.serving
    k8s = apiTenant(url, 'default')
    await k8s.tell(...outcomes.map((outcome) => pods[outcome].told), fixture('event-evicted'), fixture('event-backoff'))
    // Everything twice, as agents send it after a restart.
    const all = outcomes.flatMap((outcome) => logs[outcome])
    for (const _ of [1, 2]) await Promise.all(all.map((log) => k8s.sayAt(pathOf(log), 0, ...log.lines)))
    kubectl = await openClient('kubectl', url)
  })
  afterAll(async () => {
    await kubectl?.[Symbol.asyncDispose]()
    await service?.[Symbol.asyncDispose]()
    await rm(dataDir, { recursive: true, force: true })
  })

  const ok = async (...args: string[]): Promise<Buffer> => {
    const { code, stdout, stderr } = await kubectl.run(...args)
    expect(code, stderr).toBe(0)
    return stdout
  }
  const table = async (...args: string[]): Promise<string[][]> =>
    (await ok(...args))
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/\s{2,}/))

  test('get pods -A: each pod once, with its outcome', async () => {
    const [head, ...rows] = await table('get', 'pods', '-A')
    expect(head).toEqual(['NAMESPACE', 'NAME', 'OUTCOME', 'RESTARTS', 'LIVES', 'DIED', 'AGE', 'NODE'])
    expect(rows.map(([namespace, name, outcome]) => [namespace, name, outcome])).toEqual(
      outcomes.map((outcome) => ['shop', nameOf(outcome), outcome]).toSorted((a, b) => (a[1]! < b[1]! ? -1 : 1)),
    )
    expect(await table('get', 'pods', '-A', '--chunk-size=2')).toHaveLength(outcomes.length + 1)
  })

  test('get pods -o wide: why, whose and which', async () => {
    const [head, ...rows] = await table('get', 'pods', '-n', 'shop', '-o', 'wide')
    expect(head?.slice(7)).toEqual(['REASON', 'OWNER', 'CLUSTER', 'UID'])
    expect(rows.find(([, outcome]) => outcome === 'evicted')?.slice(7)).toEqual([
      'Evicted',
      'Deployment/thumbs',
      'prod-eu',
      uid(4),
    ])
  })

  test.each(readAlone)('get pod -o json and yaml: %s', async (outcome) => {
    const told = objectOf(outcome)
    const shown = JSON.parse((await ok('-n', 'shop', 'get', 'pod', nameOf(outcome), '-o', 'json')).toString()) as KubernetesObject
    expect(shown['spec']).toEqual(told['spec'])
    expect(shown['metadata']).toMatchObject({ uid: uid(pods[outcome].n), name: nameOf(outcome), labels: told['metadata'].labels })
    expect(shown['metadata'].annotations['afterlog.io/outcome']).toBe(outcome)
    const { body: obituary } = await request(`${await service.serving}${shown['metadata'].annotations['afterlog.io/obituary']}`)
    expect(obituary['cause']).toContain(shown['metadata'].annotations['afterlog.io/cause'])
    const yaml = (await ok('-n', 'shop', 'get', 'pod', nameOf(outcome), '-o', 'yaml')).toString()
    expect(yaml).toContain(`afterlog.io/outcome: ${outcome}`)
    expect(yaml).toContain(`uid: ${uid(pods[outcome].n)}`)
  })

  test.each(readAlone)('describe pod: %s', async (outcome) => {
    const text = (await ok('-n', 'shop', 'describe', 'pod', nameOf(outcome))).toString()
    expect(text).toMatch(new RegExp(`^Name: +${RegExp.escape(nameOf(outcome))}$`, 'm'))
    expect(text).toContain(`afterlog.io/outcome: ${outcome}`)
    expect(text).toMatch(/afterlog\.io\/cause:\s+\w/)
    expect(text).toContain(`afterlog.io/obituary: /v1/pods/${uid(pods[outcome].n)}/obituary`)
    expect(text).toMatch(/^ {2}afterlog\.io\/Sealed +\w/m)
    expect(text).not.toContain('Terminating')
    const dead = ['evicted', 'node-lost', 'deleted'].includes(outcome)
    expect(/^Status: +(\w+)/m.exec(text)?.[1]).toBe(dead ? 'Failed' : 'Running')
    if (dead) expect(text).not.toMatch(/State: +Running/)
    if (outcome === 'evicted') expect(text).toMatch(/Warning +Evicted .*kubelet/)
  })

  test.each(readAlone)('logs of each life, byte for byte: %s', async (outcome) => {
    const [newest, before] = logs[outcome] as [DiskLog, DiskLog | undefined]
    const name = nameOf(outcome)
    expect(await ok('-n', 'shop', 'logs', name)).toEqual(kubeletPrints(newest))
    expect(await ok('-n', 'shop', 'logs', name, '-c', 'app', '--timestamps')).toEqual(kubeletPrints(newest, { timestamps: true }))
    expect(await ok('-n', 'shop', 'logs', `${name}@${newest.restart}`)).toEqual(kubeletPrints(newest))
    if (before === undefined) {
      const { code, stderr } = await kubectl.run('-n', 'shop', 'logs', name, '--previous')
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining(`previous terminated container "app" in pod "${name}" not found`),
      ])
    } else {
      expect(await ok('-n', 'shop', 'logs', name, '--previous')).toEqual(kubeletPrints(before))
      expect(await ok('-n', 'shop', 'logs', `${name}@-1`)).toEqual(kubeletPrints(before))
    }
  })

  test('logs --tail, --limit-bytes, --since, --since-time', async () => {
    const [log] = logs.evicted as [DiskLog]
    const of = (...args: string[]) => ok('-n', 'shop', 'logs', nameOf('evicted'), ...args)
    expect(await of('--tail=2')).toEqual(kubeletPrints(log, { tail: 2 }))
    expect(await of('--timestamps', '--limit-bytes=17')).toEqual(kubeletPrints(log, { timestamps: true, limitBytes: 17 }))
    expect(await of('--since=1s')).toHaveLength(0)
    expect(await of('--since-time=2026-11-23T00:00:00Z', '--tail=2')).toEqual(kubeletPrints(log, { tail: 2 }))
    // A line in three pieces is one line here, where the kubelet counts pieces.
    expect(await of('--tail=3')).toEqual(kubeletPrints(log, { tail: 5 }))
  })

  test('logs -l --all-containers --prefix --timestamps: every pod, every line with its pod before it', async () => {
    const label = objectOf('crashed')['metadata'].labels.app as string
    const out = await ok('-n', 'shop', 'logs', '-l', `app=${label}`, '--all-containers', '--prefix', '--timestamps', '--tail=-1')
    const lines = out.toString('latin1').split('\n')
    for (const outcome of ['crashed', 'node-lost'] as const) {
      const prefix = `[pod/${nameOf(outcome)}/app] `
      const mine = lines.filter((line) => line.startsWith(prefix)).map((line) => `${line.slice(prefix.length)}\n`)
      expect(mine.join('')).toBe(kubeletPrints(logs[outcome][0]!, { timestamps: true }).toString('latin1'))
    }
  })

  test('logs of an owner are those of a pod of it', async () => {
    expect(await ok('-n', 'shop', 'logs', 'deploy/thumbs')).toEqual(kubeletPrints(logs.evicted[0]!))
    // A living pod before a dead one.
    expect(await ok('-n', 'shop', 'logs', 'deploy/cart')).toEqual(kubeletPrints(logs.crashed[0]!))
    expect(
      (await table('-n', 'shop', 'get', 'deploy,rs,sts', '--no-headers')).map(([name, count]) => [name, count]),
    ).toContainEqual(['statefulset.apps/web', '2'])
  })

  test('an ambiguous name is the newest pod, with a warning', async () => {
    const { stdout, stderr } = await kubectl.run('-n', 'shop', 'logs', 'web-0')
    expect(stdout).toEqual(kubeletPrints(logs.running[0]!))
    // kubectl prints warnings since 1.19.
    expect(stderr).toContain(
      `Warning: this is the newest pod named web-0; there was 1 other pod of that name: ${nameOf('deleted')}`,
    )
  })

  test('get events, get nodes, get namespaces', async () => {
    const events = await table('-n', 'shop', 'get', 'events')
    expect(events[0]).toEqual(['LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE'])
    expect(events.find(([, , reason]) => reason === 'Evicted')).toEqual([
      expect.anything(),
      'Warning',
      'Evicted',
      `pod/${realName('evicted')}`,
      fixture('event-evicted')['message'].trim(),
    ])
    expect(await table('-n', 'shop', 'get', 'events', '--field-selector', 'reason=BackOff', '--no-headers')).toHaveLength(1)
    const told = new Set(outcomes.map((outcome) => objectOf(outcome)['spec'].nodeName as string))
    const nodes = (await table('get', 'nodes', '--no-headers')).map(([name]) => name!)
    expect(nodes).toEqual(expect.arrayContaining([...told]))
    expect((await table('get', 'ns', '--no-headers')).map(([name]) => name)).toEqual(['shop'])
  })

  test('a pod whose object lists no container has the logs that its lines tell of', async () => {
    const bare: DiskLog[] = [logOf('bare-0', 9, 1), logOf('bare-0', 9, 0)]
    const metadata = { name: 'bare-0', namespace: 'shop', uid: uid(9) }
    await k8s.tell({ type: 'DELETED', object: { apiVersion: 'v1', kind: 'Pod', metadata } })
    expect((await kubectl.run('-n', 'shop', 'logs', 'bare-0')).stderr).not.toContain('panic')
    for (const log of bare) await k8s.sayAt(pathOf(log), 0, ...log.lines)
    expect(await ok('-n', 'shop', 'logs', 'bare-0')).toEqual(kubeletPrints(bare[0]!))
    expect(await ok('-n', 'shop', 'logs', 'bare-0', '--previous')).toEqual(kubeletPrints(bare[1]!))
    expect((await ok('-n', 'shop', 'describe', 'pod', 'bare-0')).toString()).toMatch(/^Containers:\n {2}app:/m)
  })

  test('get events -w and events --for; a watch of what cannot be watched says so', { timeout: 60_000 }, async (context) => {
    const watch = kubectl.start('-n', 'shop', 'get', 'events', '-w')
    await expect.poll(watch.stdout, { timeout: 30_000 }).toContain('BackOff')
    await k8s.tell(
      fixture('event-killing', (event) => Object.assign(event['metadata'], { name: 'late', uid: 'late', resourceVersion: '99' })),
    )
    await expect.poll(watch.stdout, { timeout: 30_000 }).toContain('Killing')
    watch.stop()
    const nodes = await kubectl.run('get', 'nodes', '-w')
    expect([nodes.code, nodes.stderr]).toEqual([1, expect.stringContaining('only pods and events can be watched here')])
    // Since kubectl 1.26.
    if (!(await kubectl.run('events', '--help')).stdout.includes('--for')) return context.skip()
    const [, ...rows] = await table('-n', 'shop', 'events', '--for', `pod/${realName('evicted')}`)
    expect(rows.map(([, type, reason]) => [type, reason])).toEqual([['Warning', 'Evicted']])
  })

  test('what changes something is refused, what is not there is said so', async () => {
    for (const [args, words] of [
      [['delete', 'pod', 'web-0', '--wait=false'], 'read only'],
      [['label', 'pod', 'web-0', 'a=b'], 'read only'],
      [['get', 'pod', 'nope'], 'Error from server (NotFound): pods "nope" not found'],
      [['logs', 'nope'], 'pods "nope" not found'],
      [['get', 'pods', '--field-selector', 'spec.color=red'], 'field label not supported: spec.color'],
    ] as const) {
      const { code, stderr } = await kubectl.run('-n', 'shop', ...args)
      expect([code, stderr]).toEqual([1, expect.stringContaining(words)])
    }
  })

  test('logs -f and get pods -w follow a pod from its birth to its end', { timeout: 120_000 }, async () => {
    const live = (change: (pod: KubernetesObject) => void = () => {}) =>
      fixture('pod-replacement', (pod) => {
        Object.assign(pod['metadata'], { name: 'live-0', namespace: 'live', uid: 'live', resourceVersion: '990000001' })
        change(pod)
      })
    await k8s.tell(live((pod) => Object.assign(pod['metadata'], { name: 'still-0', uid: 'still' })))
    const watch = kubectl.start('-n', 'live', 'get', 'pods', '-w')
    await expect.poll(watch.stdout, { timeout: 30_000 }).toMatch(/^still-0 +running/m)
    await k8s.tell(live())
    await expect.poll(watch.stdout, { timeout: 30_000 }).toMatch(/^live-0 +running/m)
    const now = Date.now()
    const log: DiskLog = { ...logOf('live-0', 8, 0, 'live'), uid: 'live', lines: oddLines('live', now) }
    await k8s.sayAt(pathOf(log), 0, ...log.lines.slice(0, 6))
    const follow = kubectl.start('-n', 'live', 'logs', '-f', 'live-0')
    const first = kubeletPrints({ ...log, lines: log.lines.slice(0, 6) })
    await expect.poll(follow.stdout, { timeout: 30_000 }).toBe(first.toString())
    await k8s.sayAt(pathOf(log), 1000, ...log.lines.slice(6))
    await expect.poll(follow.stdout, { timeout: 30_000 }).toBe(kubeletPrints(log).toString())
    await k8s.tell(
      live((pod) => {
        pod['metadata'].resourceVersion = '990000002'
        const ended = {
          exitCode: 137,
          reason: 'OOMKilled',
          startedAt: pod['status'].startTime,
          finishedAt: new Date(now).toISOString(),
          containerID: `containerd://${'51'.repeat(32)}`,
        }
        pod['status'].phase = 'Failed'
        pod['status'].containerStatuses = [{ name: 'app', restartCount: 0, state: { terminated: ended } }]
      }),
    )
    await expect.poll(watch.stdout, { timeout: 30_000 }).toMatch(/^live-0 +oomkilled/m)
    watch.stop()
    const { code, stdout } = await follow.done
    expect([code, stdout]).toEqual([0, kubeletPrints(log)])
    expect(
      new Set(
        watch
          .stdout()
          .match(/^still-0 +\w+/gm)
          ?.map((row) => row.split(/ +/)[1]),
      ),
    ).toEqual(new Set(['running']))
  })
})

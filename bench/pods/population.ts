// A population of pods for bench/pods.ts, as rows of the tables that ingest writes: crash loops of some lives each, spread over days,
// with nodes, reused addresses, labels, Events and a line or more per life; some of them static pods, and on
// demand some whose agent sends no uid. The same seed gives the same population.
import { columns } from '#ingest/store/columns.ts'
import { createRandom, type Random } from '../storage/random.ts'

export interface PopulationOptions {
  pods: number
  livesPerPod: number
  linesPerLife: number
  seed: number
  /** Epoch ms: the last pod ends here; the first was born `days` earlier. */
  untilMs: number
  days: number
  /** Of one pod of so many the agent sends no uid; 0: of none. */
  namelessEvery: number
}

/** What the requests of the bench are made from. */
export interface Pod {
  uid: string
  name: string
  namespace: string
  node: string
  ip: string
  app: string
  digest: string
  event: string
  containerIds: readonly string[]
  bornMs: number
  diedMs: number
}

export type Table = 'pods' | 'lives' | 'events' | 'logs'
export type Rows = Record<Table, Buffer>

const lifeMs = 20 * 60_000
/** One of so many pods is static. */
const staticEvery = 250

/** Pods `from` to `to`, and their rows as JSONCompactEachRow. Each pod is made from its own number: any stretch can be made alone. */
export function populate(options: PopulationOptions, from: number, to: number): { pods: Pod[]; rows: Rows } {
  const texts: Record<Table, string[]> = { pods: [], lives: [], events: [], logs: [] }
  const pods: Pod[] = []
  const add = (table: Table, row: Record<string, unknown>): void => {
    texts[table].push(
      `${JSON.stringify(columns[table].map((column) => row[column] ?? (column in standard ? standard[column] : '')))}\n`,
    )
  }
  for (let number = from; number < to; number++) pods.push(populateOne(options, number, add))
  const rows = Object.fromEntries(Object.entries(texts).map(([table, lines]) => [table, Buffer.from(lines.join(''))])) as Rows
  return { pods, rows }
}

type Add = (table: Table, row: Record<string, unknown>) => void

function populateOne(options: PopulationOptions, number: number, add: Add): Pod {
  const { pods, livesPerPod, linesPerLife, seed, untilMs, days, namelessEvery } = options
  const random = createRandom(seed * 1_000_003 + number)
  const pod = drawPod(random, number, untilMs - ((pods - number) / pods) * days * 86_400_000 - livesPerPod * lifeMs, livesPerPod)
  const { uid, name, namespace, node, app, bornMs, diedMs, containerIds } = pod
  const alive = random.int(10) === 0
  const isStatic = number % staticEvery === 0
  // What lines and Events of a static pod carry is not the uid that it has in the API.
  const carried = isStatic ? createRandom(number).hex(32) : uid
  const place = { tenant: 'default', cluster: 'prod-eu', namespace, node, pod: name, pod_uid: uid, container: 'app' }
  const labels = { app, tier: random.pick(['web', 'api', 'batch']), 'pod-template-hash': name.split('-').at(-2) }
  const owner = isStatic
    ? { owner_kind: 'Node', owner_name: node, controller_kind: 'Node', controller_name: node, mirror_uid: carried }
    : { owner_kind: 'Deployment', owner_name: app, controller_kind: 'ReplicaSet', controller_name: name.slice(0, -6) }
  const times = { created_at: instant(bornMs), started_at: instant(bornMs + 1000), status_at: instant(diedMs) }
  const over = alive ? { phase: 'Running' } : { phase: 'Failed', gone: 1, deleted_at: instant(diedMs) }
  const image = `registry.example/${app}:1.${random.int(9)}`
  add('pods', {
    ...place,
    ...owner,
    ...times,
    ...over,
    name,
    uid,
    version: 1,
    ip: pod.ip,
    labels,
    object: podObject(pod, labels, image),
  })
  for (let restart = 0; restart < livesPerPod; restart++) {
    const startedMs = bornMs + 2000 + restart * lifeMs
    const running = alive && restart === livesPerPod - 1
    const end = running
      ? { state: 'running', outcome: 'running' }
      : {
          state: 'terminated',
          outcome: 'crashed',
          reason: 'Error',
          exit_code: 1,
          finished_at: instant(startedMs + lifeMs - 30_000),
        }
    const life = { ...place, restart, container_id: containerIds[restart] }
    add('lives', {
      ...life,
      ...end,
      kind: 'container',
      version: 1,
      started_at: instant(startedMs),
      image,
      image_id: `registry.example/${app}@${pod.digest}`,
    })
    for (let line = 0; line < linesPerLife; line++)
      add('logs', {
        ...life,
        ...(namelessEvery > 0 && number % namelessEvery === 1 % namelessEvery
          ? { pod_uid: '', restart: -1 }
          : { pod_uid: carried }),
        container_id: `containerd://${life.container_id}`,
        ts: instant(startedMs + line * 1000 + 1),
        stream: 'stderr',
        severity: 'error',
        message: `failed to reach ${app} ${random.hex(8)}`,
        offset: line * 100,
        length: 100,
        received: instant(startedMs + line * 1000 + 2).slice(0, 23),
      })
  }
  for (const [i, reason] of ['Scheduled', 'BackOff', 'Killing'].entries())
    add('events', {
      ...place,
      uid: i === 0 ? pod.event : random.uuid(),
      version: 1,
      name: `${name}.${random.hex(16)}`,
      type: 'Warning',
      reason,
      message: `${reason} ${name}`,
      involved_kind: 'Pod',
      involved_namespace: namespace,
      involved_name: name,
      involved_uid: carried,
      first_time: instant(bornMs),
      last_time: instant(diedMs - 1000),
      count: 1,
      component: 'kubelet',
      host: node,
    })
  return pod
}

function drawPod(random: Random, number: number, bornMs: number, livesPerPod: number): Pod {
  const app = `app-${random.int(500)}`
  const digest = `sha256:${createRandom(number % 2000).hex(64)}`
  return {
    uid: random.uuid(),
    name: `${app}-${random.hex(9)}-${random.hex(5)}`,
    namespace: `ns-${random.int(50)}`,
    node: `node-${random.int(1000)}`,
    // A cluster of 20,000 addresses: each is used again by later pods.
    ip: `10.244.${(number % 20_000) >> 8}.${number % 256}`,
    app,
    digest,
    event: random.uuid(),
    containerIds: Array.from({ length: livesPerPod }, () => random.hex(64)),
    bornMs,
    diedMs: bornMs + livesPerPod * lifeMs,
  }
}

/** As large as a small real one. */
function podObject({ uid, name, namespace, node, ip }: Pod, labels: object, image: string): string {
  const container = {
    name: 'app',
    image,
    resources: { limits: { cpu: '1', memory: '512Mi' } },
    env: Array.from({ length: 12 }, (_, i) => ({ name: `SETTING_${i}`, value: `value ${i} of ${name}` })),
  }
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace, uid, labels },
    spec: { nodeName: node, containers: [container] },
    status: { phase: 'Running', podIP: ip, podIPs: [{ ip }] },
  })
}

const instant = (ms: number): string => `${new Date(ms).toISOString().slice(0, 23).replace('T', ' ')}000000`

/** Of columns that are no text. */
const standard: Record<string, unknown> = {
  waiting: {},
  labels: {},
  annotations: {},
  attributes: {},
  gone: 0,
  partial: 0,
  eof: 0,
  ordinal: 0,
  seq: 0,
  exit_code: null,
  signal: null,
  created_at: null,
  started_at: null,
  deleted_at: null,
  ready_at: null,
  status_at: null,
  finished_at: null,
  class: 'default',
}

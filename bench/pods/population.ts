// The pods of a real cluster, for bench/pods.ts: a tenth of them alive, the rest dead for up to some days; some in
// crash loops, some static, some of agents that send no uid. Pure. Each pod is made from its own number and the seed,
// so any of them can be made alone.
import { createRandom, type Random } from '../storage/random.ts'

export interface PopulationOptions {
  pods: number
  /** Living pods with `linesOfLarge` lines each. */
  large: number
  linesOfLarge: number
  seed: number
  /** Epoch ms: nothing happens later, but what the steady load of a run adds. */
  untilMs: number
  days: number
}

export interface Life {
  restart: number
  containerId: string
  startedMs: number
  /** Undefined while it runs. */
  endedMs: number | undefined
  lines: number
}

export type Ending = 'completed' | 'deleted' | 'crashed' | 'oomkilled' | 'evicted'

export interface Pod {
  number: number
  uid: string
  /** The uid in the path of its log files: of a static pod not the API's. */
  pathUid: string
  name: string
  namespace: string
  node: string
  ip: string
  owner: { kind: string; name: string }
  controller: { kind: string; name: string }
  app: string
  tier: string
  digest: string
  /** uid of its first Event. */
  event: string
  /** Undefined while it lives. */
  ending: Ending | undefined
  isLarge: boolean
  isStatic: boolean
  /** The agent of its node sends its lines without the pod's uid. */
  withoutUid: boolean
  bornMs: number
  endedMs: number | undefined
  lives: readonly Life[]
}

const dayMs = 86_400_000

export function podOf(options: PopulationOptions, number: number): Pod {
  const { pods, large, seed, untilMs, days } = options
  const random = createRandom(seed * 1_000_003 + number)
  const isAlive = number % 10 === 3
  const isLarge = number % (Math.floor(pods / large / 10) * 10) === 3
  const isStatic = number % 500 === 253 || number % 500 === 4
  const bornMs = untilMs - days * dayMs * (1 - number / pods) - 60_000
  const livedMs = Math.min(untilMs - bornMs, 60_000 * 360 ** random.next())
  const endedMs = isAlive ? undefined : bornMs + livedMs
  const lives = livesOf(random, options, { isLarge, bornMs, endedMs })
  const uid = random.uuid()
  const node = `node-${random.int(200)}`
  const place = ownerOf(random, { isStatic, node, isAlive })
  return {
    number,
    uid,
    pathUid: isStatic ? random.hex(32) : uid,
    namespace: `ns-${random.int(50)}`,
    node,
    // A cluster of 20,000 addresses: later pods use each again.
    ip: `10.244.${(number % 20_000) >> 8}.${number % 256}`,
    tier: random.pick(['web', 'api', 'batch']),
    digest: `sha256:${createRandom(number % 2000).hex(64)}`,
    event: random.uuid(),
    ending: isAlive ? undefined : endingOf(random),
    isLarge,
    isStatic,
    withoutUid: number % 200 === 7 || number % 200 === 113,
    bornMs,
    endedMs,
    lives,
    ...place,
  }
}

/** A pod of one life, for what needs no population. */
export function plainPod(
  number: number,
  { bornMs, endedMs, lines, ending }: { bornMs: number; endedMs: number | undefined; lines: number; ending: Ending | undefined },
): Pod {
  const random = createRandom(number)
  const uid = `${bornMs.toString(16).slice(-8).padStart(8, '0')}-0000-4000-8000-${number.toString(16).padStart(12, '0')}`
  const owner = { kind: 'StatefulSet', name: 'plain' }
  const life = { restart: 0, containerId: random.hex(64), startedMs: bornMs + 1000, endedMs, lines }
  const place = {
    name: `plain-${number}`,
    namespace: 'plain',
    node: 'node-1',
    ip: `10.245.${(number >> 8) % 256}.${number % 256}`,
  }
  return {
    number,
    uid,
    pathUid: uid,
    ...place,
    owner,
    controller: owner,
    app: 'plain',
    tier: 'web',
    digest: `sha256:${random.hex(64)}`,
    event: random.uuid(),
    ending,
    isLarge: false,
    isStatic: false,
    withoutUid: false,
    bornMs,
    endedMs,
    lives: [life],
  }
}

/** Seven of ten pods have one life, two have two to four, one has up to eight. */
function livesOf(
  random: Random,
  { untilMs, linesOfLarge }: PopulationOptions,
  pod: { isLarge: boolean; bornMs: number; endedMs: number | undefined },
): Life[] {
  const share = random.next()
  const count = share < 0.7 ? 1 : share < 0.9 ? 2 + random.int(3) : 5 + random.int(4)
  const lifeMs = ((pod.endedMs ?? untilMs) - pod.bornMs - 2000) / count
  return Array.from({ length: count }, (_, restart) => {
    const startedMs = pod.bornMs + 2000 + restart * lifeMs
    const isLast = restart === count - 1
    const pause = isLast ? 0 : Math.min(10_000, lifeMs / 4)
    return {
      restart,
      containerId: random.hex(64),
      startedMs,
      endedMs: isLast && pod.endedMs === undefined ? undefined : startedMs + lifeMs - pause,
      lines: pod.isLarge ? (isLast ? linesOfLarge - (count - 1) * 100 : 100) : Math.ceil((3 * 100 ** random.next()) / count),
    }
  })
}

/** Evictions are rare: some two hundred of a hundred thousand. */
function endingOf(random: Random): Ending {
  const share = random.next()
  if (share < 0.55) return 'completed'
  if (share < 0.82) return 'deleted'
  if (share < 0.95) return 'crashed'
  return share < 0.998 ? 'oomkilled' : 'evicted'
}

function ownerOf(
  random: Random,
  { isStatic, node, isAlive }: { isStatic: boolean; node: string; isAlive: boolean },
): Pick<Pod, 'name' | 'app' | 'owner' | 'controller'> {
  const app = `app-${random.int(500)}`
  if (isStatic) {
    const owner = { kind: 'Node', name: node }
    return { app, name: `${app}-${node}`, owner, controller: owner }
  }
  const share = random.next()
  if (share < 0.6) {
    const set = `${app}-${random.hex(9)}`
    const controller = { kind: 'ReplicaSet', name: set }
    return { app, name: `${set}-${random.hex(5)}`, owner: { kind: 'Deployment', name: app }, controller }
  }
  if (share < 0.8 && !isAlive) {
    const controller = { kind: 'Job', name: `${app}-${28_000_000 + random.int(90_000)}` }
    return { app, name: `${controller.name}-${random.hex(5)}`, owner: controller, controller }
  }
  const owner = share < 0.9 ? { kind: 'DaemonSet', name: app } : { kind: 'StatefulSet', name: app }
  const name = owner.kind === 'DaemonSet' ? `${app}-${random.hex(5)}` : `${app}-${random.int(1000)}`
  return { app, name, owner, controller: owner }
}

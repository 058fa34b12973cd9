// What goes on in the cluster of bench/pods.ts while it is measured: lines of the large pods and of some small ones,
// and pods that are born, crash, start again and are deleted.
import { startSteadyLoad } from '../load/steady-load.ts'
import { quantile } from '../load/quantile.ts'
import { podObject } from './kubernetes-objects.ts'
import { lineAt } from './lines.ts'
import { plainPod, type Life, type Pod } from './population.ts'

export interface SteadyOptions {
  url: string
  /** Living pods that speak. */
  speaking: readonly Pod[]
  linesPerSecond: number
  changesPerSecond: number
}

/** Ends with one sentence on what was accepted. */
export function startCluster({ url, speaking, linesPerSecond, changesPerSecond }: SteadyOptions): {
  stop(): Promise<string>
} {
  // Files and pods of this run are others than those of the run before.
  const run = Math.floor(Date.now() / 1000)
  let line = 0
  const nextChange = createChanges(run, 100)
  const lines = startSteadyLoad({
    url,
    cluster: 'prod-eu',
    path: '/v1/batches',
    rate: linesPerSecond,
    make: (count) => {
      let body = ''
      for (let i = 0; i < count; i++, line++) {
        const pod = speaking[line % speaking.length]!
        const position = { line: Math.floor(line / speaking.length), ms: Date.now(), file: `r${run}`, isLast: false }
        body += lineAt(pod, pod.lives.at(-1)!, position)
      }
      return body
    },
  })
  const changes = startSteadyLoad({
    url,
    cluster: 'prod-eu',
    path: '/v1/lifecycle',
    rate: changesPerSecond,
    make: (count) => Array.from({ length: count }, () => `${JSON.stringify(objectOf(nextChange()))}\n`).join(''),
  })
  return {
    async stop() {
      const [said, changed] = await Promise.all([lines.stop(), changes.stop()])
      const describe = (what: string, { accepted, refused, ackMs, seconds }: typeof said): string =>
        `${(accepted / seconds).toFixed(0)} ${what}/s accepted (p95 ${quantile(ackMs, 0.95).toFixed(0)} ms, ${refused} posts refused)`
      return `meanwhile ${describe('lines', said)}, ${describe('changes', changed)}`
    },
  }
}

/** Five changes of each new pod: it is born, crashes, starts again, once more, and is deleted. */
const changesPerPod = 5

export interface Change {
  pod: Pod
  /** From 0 to 4. */
  step: number
}

/** Changes of `podsAtOnce` pods in turn, then of the next ones. Pods of two runs are different ones. */
export function createChanges(run: number, podsAtOnce: number): () => Change {
  let change = 0
  return () => {
    const round = Math.floor(change / (podsAtOnce * changesPerPod))
    const step = Math.floor(change / podsAtOnce) % changesPerPod
    const number = round * podsAtOnce + (change % podsAtOnce)
    change += 1
    const drawn = plainPod(number, { bornMs: run * 1000, endedMs: undefined, lines: 0, ending: undefined })
    return { pod: { ...drawn, name: `new-${run}-${number}`, app: `new-${number % 50}` }, step }
  }
}

/** What Kubernetes tells of a change that happens now. */
export function objectOf({ pod, step }: Change): object {
  const nowMs = Date.now()
  const life = (restart: number, isOver: boolean): Life => ({
    restart,
    containerId: `${pod.uid.replaceAll('-', '')}${String(restart).padStart(32, '0')}`,
    startedMs: nowMs - 2000,
    endedMs: isOver ? nowMs - 1000 : undefined,
    lines: 0,
  })
  const isOver = step === 4
  const newest = Math.max(0, Math.min(step, 3) - 1)
  const lives = Array.from({ length: newest + 1 }, (_, i) => life(i, i < newest || step === 1 || isOver))
  const over: Pod = { ...pod, ending: 'deleted', endedMs: nowMs }
  return {
    type: isOver ? 'DELETED' : step === 0 ? 'ADDED' : 'MODIFIED',
    object: podObject(isOver ? over : pod, lives, nowMs * 10 + step, { isOver }),
  }
}

// What may become of a pod: a story per fate, of as many steps as it takes. Shapes: docs/decisions/0004-outcomes.md and
// its sources.
import type { Random } from '../storage/random.ts'
import { createTeller, type Step, type Story, type Teller } from './story.ts'

type Tell = (teller: Teller, random: Random) => Generator<Step>

const disruption = (reason: string, message: string, time: string) => ({
  type: 'DisruptionTarget',
  status: 'True',
  reason,
  message,
  lastTransitionTime: time,
})
const now = (): string => `${new Date().toISOString().slice(0, 19)}Z`

function* crashes({ story, running, ended, backOff }: Teller, random: Random, end: [number, string]): Generator<Step> {
  yield running()
  const times = 1 + random.int(4)
  for (let n = 0; n < times; n++) {
    if (n > 0) yield running()
    yield ended(...end)
    yield backOff()
  }
  story.outcome = end[1] === 'OOMKilled' ? 'oomkilled' : 'crashed'
}

function* finallyGone({ story }: Teller): Generator<Step> {
  yield { do: 'delete', graceS: 0 }
  story.gone = true
}

/** Asked to stop, stopped, gone. */
function* stopped(teller: Teller, ask: Step, exitCode = 143): Generator<Step> {
  yield ask
  yield teller.ended(exitCode, exitCode === 0 ? 'Completed' : 'Error')
  yield* finallyGone(teller)
}

const fates: Record<string, Tell> = {
  *'crash-loop'(teller, random) {
    yield* crashes(teller, random, [1 + random.int(3), 'Error'])
  },
  *'crash-loop-deleted'(teller, random) {
    yield* crashes(teller, random, [1, 'Error'])
    yield* finallyGone(teller)
  },
  *'crash-recovered'(teller, random) {
    yield* crashes(teller, random, [139, 'Error'])
    yield teller.running()
  },
  *'oom-loop'(teller, random) {
    yield* crashes(teller, random, [137, 'OOMKilled'])
  },
  *'oom-deleted'(teller, random) {
    yield* crashes(teller, random, [137, 'OOMKilled'])
    yield teller.running()
    teller.story.outcome = 'deleted'
    yield* stopped(teller, { do: 'delete', graceS: 30 })
  },
  *'evicted-by-kubelet'(teller, random) {
    yield teller.running()
    teller.ended(137, 'Error')
    teller.story.outcome = 'evicted'
    const message = 'The node was low on resource: memory. Threshold quantity: 100Mi, available: 20Mi.'
    yield teller.status({ phase: 'Failed', reason: 'Evicted', message })
    if (random.next() < 0.5) yield* finallyGone(teller)
  },
  *'evicted-by-api'(teller) {
    yield teller.running()
    teller.story.outcome = 'evicted'
    yield { do: 'evict' }
    teller.ended(143, 'Error')
    // The kubelet leaves conditions alone that are not its own.
    yield teller.status({ conditions: [disruption('EvictionByEvictionAPI', 'Eviction API: evicting', now())] })
    yield* finallyGone(teller)
  },
  *preempted(teller) {
    yield teller.running()
    teller.story.outcome = 'evicted'
    const conditions = [disruption('PreemptionByScheduler', 'preempting to accommodate a higher priority pod', now())]
    yield teller.status({ conditions })
    yield { do: 'delete', graceS: 30 }
    teller.ended(143, 'Error')
    yield teller.status({ conditions })
    yield* finallyGone(teller)
  },
  *'node-lost'(teller) {
    yield teller.running()
    teller.story.outcome = 'node-lost'
    const conditions = [disruption('DeletionByPodGC', 'PodGC: node no longer exists', now())]
    yield teller.status({ phase: 'Failed', conditions })
    yield* finallyGone(teller)
  },
  *'node-shutdown'(teller, random) {
    yield teller.running()
    teller.ended(143, 'Error')
    teller.story.outcome = 'node-lost'
    const message = 'Pod was terminated in response to imminent node shutdown.'
    yield teller.status({ phase: 'Failed', reason: 'Terminated', message })
    if (random.next() < 0.5) yield* finallyGone(teller)
  },
  *completed(teller, random) {
    teller.story.restartPolicy = 'Never'
    yield teller.running()
    teller.ended(0, 'Completed')
    teller.story.outcome = 'completed'
    yield teller.status({ phase: 'Succeeded' })
    if (random.next() < 0.5) yield* finallyGone(teller)
  },
  *deleted(teller, random) {
    yield teller.running()
    teller.story.outcome = 'deleted'
    yield* stopped(teller, { do: 'delete', graceS: 30 }, random.pick([143, 137, 0]))
  },
  *'deleted-by-force'(teller) {
    yield teller.running()
    teller.story.outcome = 'deleted'
    yield* finallyGone(teller)
  },
  *reborn(teller) {
    yield teller.running()
    teller.story.outcome = 'deleted'
    yield* finallyGone(teller)
    yield { do: 'create' }
  },
  *running(teller) {
    yield teller.running()
  },
}

export const fateNames = Object.keys(fates)

/** A story of a random fate, or of the named one; it begins a few rounds late. */
export function tellFate({ name, node, random, fate = random.pick(fateNames) }: FateOptions): Story {
  const teller = createTeller({ name, node, clock: Date.now })
  const delay = random.int(4)
  function* steps(): Generator<Step> {
    for (let i = 0; i < delay; i++) yield { do: 'nothing' }
    yield* fates[fate]!(teller, random)
  }
  // A Pod says its restartPolicy before its first step.
  if (fate === 'completed') teller.story.restartPolicy = 'Never'
  return Object.assign(teller.story, { steps: steps() })
}

export interface FateOptions {
  name: string
  node: string
  random: Random
  fate?: string
}

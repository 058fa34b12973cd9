// The life of one pod as its kubelet would report it, a step at a time, and what must be known of it in the end. A step
// says what to do at the API server; the times in it are those of the moment it is taken.
import type { Outcome } from '#shared/lifecycle/evidence.ts'
import type { KubernetesObject } from '#test/support/kubernetes.ts'

export type Step =
  | { do: 'status'; status: KubernetesObject }
  /** `graceS` 0 is the kubelet's final delete. */
  | { do: 'delete'; graceS: number }
  | { do: 'evict' }
  /** Another pod of the same name: its own story begins. */
  | { do: 'create' }
  | { do: 'nothing' }

export interface ExpectedLife {
  restart: number
  exitCode: number | null
  reason: string
  finishedAt: string | null
}

export interface Story {
  name: string
  node: string
  /** Newest first filled as the story goes on. */
  lives: ExpectedLife[]
  outcome: Outcome
  /** The object is gone at the end. */
  gone: boolean
  restartPolicy: 'Always' | 'Never'
  steps: Generator<Step>
}

export interface Teller {
  story: Omit<Story, 'steps'>
  status(change?: KubernetesObject): Step
  running(): Step
  ended(exitCode: number, reason: string): Step
  backOff(): Step
}

/** What a kubelet knows of the pod's one container. `clock`: ms since 1970. */
export function createTeller({ name, node, clock }: { name: string; node: string; clock: () => number }): Teller {
  const story: Teller['story'] = { name, node, lives: [], outcome: 'running', gone: false, restartPolicy: 'Always' }
  const now = (): string => `${new Date(clock()).toISOString().slice(0, 19)}Z`
  const born = now()
  let state: KubernetesObject = { waiting: { reason: 'ContainerCreating' } }
  let lastState: KubernetesObject = {}
  let startedAt = born
  const containerID = (): string => `containerd://${(story.lives.length - 1).toString(16).padStart(4, '0')}${digits(name)}`

  const status = (change: KubernetesObject = {}): Step => {
    const container = {
      name: 'app',
      image: 'registry.example/app:1',
      imageID: `registry.example/app@sha256:${digits('app')}`,
      ready: 'running' in state,
      restartCount: Math.max(story.lives.length - 1, 0),
      ...(story.lives.length === 0 ? {} : { containerID: containerID() }),
      state,
      lastState,
    }
    return {
      do: 'status',
      status: { phase: 'Running', hostIP: '10.0.0.7', startTime: born, containerStatuses: [container], ...change },
    }
  }
  return {
    story,
    status,
    running: () => {
      if ('terminated' in state) lastState = state
      startedAt = now()
      state = { running: { startedAt } }
      story.lives.push({ restart: story.lives.length, exitCode: null, reason: '', finishedAt: null })
      return status()
    },
    ended: (exitCode, reason) => {
      const finishedAt = now()
      state = { terminated: { exitCode, reason, startedAt, finishedAt, containerID: containerID() } }
      Object.assign(story.lives.at(-1)!, { exitCode, reason, finishedAt: `${finishedAt.slice(0, 19)}.000000000Z` })
      return status()
    },
    backOff: () => {
      lastState = state
      state = { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s restarting failed container' } }
      return status()
    },
  }
}

/** 64 hex digits. */
function digits(text: string): string {
  return Buffer.from(text).toString('hex').padEnd(60, '0').slice(0, 60)
}

// Pure: the end of one container instance as a sentence for users, from its own status, its Events and the kernel's
// line.
import { atClock, clock, secondsBetween } from './clock.ts'
import type { EventEvidence, LifeEvidence, Outcome } from './evidence.ts'
import { plain } from './eviction.ts'
import { exitInWords, signalNamed, signalOf } from './exit-code.ts'
import { lifeOutcome } from './life-outcome.ts'
import { madeUpBy } from './made-up.ts'
import { sizeInWords } from './quantity.ts'

export interface LifeSurroundings {
  events: readonly EventEvidence[]
  /** The memory limit of each container; null where the pod object sets none. */
  memoryLimits: Readonly<Record<string, string | null>>
  /** The time that stands beside the sentence, null for none; that of the end of the life where it is left out. */
  beside?: string | null
}

/** `outcome` is the life's, as lifeOutcomeOf decides it. `podCause` is the sentence of its pod. */
export function lifeInWords(life: LifeEvidence, outcome: Outcome, around: LifeSurroundings, podCause: string): string {
  switch (outcome) {
    case 'running':
      return `${nameOf(life)} runs${life.startedAt === null ? '' : ` since ${clock(life.startedAt, null)}`}`
    case 'completed':
    case 'crashed':
    case 'oomkilled':
      return outcome === lifeOutcome(life) ? endInWords(life, around) : withItsPod(life, around, podCause)
    case 'evicted':
    case 'node-lost':
    case 'deleted':
      return withItsPod(life, around, podCause)
    case 'unknown':
      return unknownInWords(life, around)
  }
}

function withItsPod(life: LifeEvidence, around: LifeSurroundings, podCause: string): string {
  const end = life.state === 'terminated' ? `${endInWords(life, around)}, with` : `${nameOf(life)} ended with`
  return `${end} its pod: ${podCause}`
}

/** `app was OOM-killed (exit code 137, SIGKILL) at 14:03:02 after 3 restarts; its limit was 256Mi` */
export function endInWords(life: LifeEvidence, around: LifeSurroundings): string {
  const { exitCode, reason, message, finishedAt } = life
  const { beside = finishedAt } = around
  const name = nameOf(life)
  const when = `${atClock(finishedAt, beside)}${restartsBefore(life)}`
  if (lifeOutcome(life) === 'oomkilled') return `${oomInWords(life)}${when}${memoryInWords(life, around)}`
  if (lifeOutcome(life) === 'unknown' || exitCode === null) return unknownInWords(life, around)
  if (reason === 'StartError' || reason === 'ContainerCannotRun') {
    const words = message === '' ? '' : `: ${firstLine(message)}`
    return `${name} could not be started (${reason}, ${exitInWords(exitCode)})${when}${words}`
  }
  const probe = restartOrdered(life, around.events)
  if (probe !== undefined)
    return `${name} was killed by the kubelet, since it ${probe.why} (${exitInWords(exitCode)})${when}`
  return `${name} ${exitClause(life, exitCode)}${when}`
}

/** `app`, `init container migrate`, `sidecar proxy`, `debug container shell`. */
export function nameOf({ container, kind }: LifeEvidence): string {
  if (kind === 'init') return `init container ${container}`
  if (kind === 'sidecar') return `sidecar ${container}`
  return kind === 'ephemeral' ? `debug container ${container}` : container
}

/**
 * The kubelet's order to restart a container, which an Event reports before its end: a probe, a hook, a changed
 * definition.
 */
export function restartOrdered(
  { container, startedAt, finishedAt }: LifeEvidence,
  events: readonly EventEvidence[],
): { event: EventEvidence; why: string } | undefined {
  if (finishedAt === null) return undefined
  for (const event of events) {
    if (event.reason !== 'Killing' || event.container !== container) continue
    const why = /^Container \S+ (.+?),? (?:and )?will be (?:restarted|killed)/.exec(event.message)?.[1]
    const before = secondsBetween(event.time, finishedAt)
    if (why !== undefined && before >= -1 && before <= graceSMax && event.time >= (startedAt ?? ''))
      return { event, why }
  }
  return undefined
}

/** The longest grace period of a probe's kill, in seconds, with some tolerance. */
const graceSMax = 330

function exitClause({ signal = null }: LifeEvidence, exitCode: number): string {
  const name = signal === null ? signalOf(exitCode) : signalNamed(signal)
  return name === undefined ? `ended with ${exitInWords(exitCode)}` : `was killed by ${name} (exit code ${exitCode})`
}

function oomInWords(life: LifeEvidence): string {
  const { exitCode, oom } = life
  const name = nameOf(life)
  const killed = oom === undefined || oom.process === '' ? '' : ` (${oom.process}, pid ${oom.pid})`
  if (exitCode === null || exitCode === 137) return `${name} was OOM-killed (exit code 137, SIGKILL)`
  return `${name} ended with ${exitInWords(exitCode)} after a process in it${killed} was OOM-killed`
}

/** `; java used 640Mi of the limit of 640Mi` */
function memoryInWords({ container, oom }: LifeEvidence, { memoryLimits }: LifeSurroundings): string {
  const used = oom?.killed === undefined ? '' : `; ${oom.killed.process || 'it'} used ${sizeInWords(oom.killed.used)}`
  if (oom?.ofNode === true) return `${used}; the node itself was out of memory`
  const limit = memoryLimits[container]
  if (limit === undefined) return used
  if (limit === null) return `${used}; it had no memory limit of its own`
  const size = /^\d+$/.test(limit) ? sizeInWords(limit) : limit
  return used === '' ? `; its limit was ${size}` : `${used} of the limit of ${size}`
}

function unknownInWords(life: LifeEvidence, { beside = life.finishedAt }: LifeSurroundings): string {
  switch (madeUpBy(life)) {
    case 'kubelet':
      return `the kubelet lost sight of ${nameOf(life)}; how it ended is not known, and its exit code of 137 is made up`
    case 'containerd': {
      const when = atClock(life.finishedAt, beside)
      const gone = `${nameOf(life)} was gone when containerd looked for it${when}, as after a reboot of its node`
      return `${gone}; how and when it ended is not known, and its exit code of 255 is made up`
    }
    case undefined:
      return `how ${nameOf(life)} ended is not known`
  }
}

const restartsBefore = ({ restart }: LifeEvidence): string =>
  restart === null || restart === 0 ? '' : ` after ${restart} ${restart === 1 ? 'restart' : 'restarts'}`

const firstLine = (message: string): string => plain(message.split('\n', 1)[0]!)

// Pure: the evidence for an outcome, in sentences for users, oldest first.
import { clock } from './clock.ts'
import { disruptionLeft, statusSaysRunning } from './conflicts.ts'
import { eventMeaning, type EventMeaning } from './event-meaning.ts'
import type { EventEvidence, LifeEvidence, NodeEvidence, Outcome, Verdict } from './evidence.ts'
import { restartOrdered } from './explain-life.ts'
import { exitInWords } from './exit-code.ts'
import { withoutCgroups } from './kernel-oom.ts'
import { madeUpBy } from './made-up.ts'
import { endNotice, evictingTaint, nodeDown, nodeGone } from './node-evidence.ts'
import { isBadLife, newestLives, type Evidence } from './outcome.ts'

export const evidenceKinds = [
  'container-status',
  'pod-status',
  'condition',
  'event',
  'node',
  'deletion',
  'line',
] as const
export type EvidenceKind = (typeof evidenceKinds)[number]

export interface EvidenceItem {
  kind: EvidenceKind
  /** null where it is not known. */
  time: string | null
  text: string
}

const supporting: Readonly<Record<Outcome, readonly EventMeaning[]>> = {
  running: ['crashing', 'oomkilled', 'alive'],
  completed: ['oomkilled', 'evicted', 'node-lost', 'deadline'],
  crashed: ['crashing', 'deadline', 'oomkilled'],
  oomkilled: ['oomkilled', 'crashing'],
  evicted: ['evicted', 'tainted', 'stopping'],
  'node-lost': ['node-lost', 'not-ready', 'tainted', 'stopping'],
  deleted: ['stopping', 'tainted'],
  unknown: ['oomkilled', 'crashing'],
}

export function podEvidence(verdict: Verdict, { pod, lives, events, node = [] }: Evidence): EvidenceItem[] {
  const { outcome, life } = verdict
  const decisive = life === null ? lives.filter(isBadLife).slice(-1) : [life]
  const statuses = outcome === 'running' ? newestLives(lives).filter(({ state }) => state === 'running') : decisive
  const orders = decisive.flatMap((one) => restartOrdered(one, events)?.event ?? [])
  const supported = newestOfEach(events.filter((event) => supporting[outcome].includes(eventMeaning(event))))
  // The kubelet says one thing in an Event, in the status and in a condition.
  const told = supported.map(({ message }) => message)
  const statusItems = podStatus(pod, verdict, told)
  return [
    ...statuses.flatMap(lifeStatus),
    ...decisive.flatMap(oomLines),
    ...statusItems,
    ...deletion(pod, outcome),
    ...condition(pod, verdict, statusItems.length === 0 ? told : [...told, pod?.message ?? '']),
    ...[...supported, ...orders].map(eventItem),
    ...nodeStates(verdict, node).map(nodeItem),
  ].toSorted(oldestFirst)
}

/** Items without a time come first. */
export const oldestFirst = (a: EvidenceItem, b: EvidenceItem): number =>
  (a.time ?? '') < (b.time ?? '') ? -1 : (a.time ?? '') > (b.time ?? '') ? 1 : 0

/** The evidence for the end of one container instance. */
export const lifeEvidence = (life: LifeEvidence, events: readonly EventEvidence[]): EvidenceItem[] => [
  ...lifeStatus(life),
  ...oomLines(life),
  ...[restartOrdered(life, events)?.event, life.oomEvent].filter((event) => event !== undefined).map(eventItem),
]

function lifeStatus({
  container,
  restart,
  state,
  reason,
  exitCode,
  startedAt,
  finishedAt,
  message,
}: LifeEvidence): EvidenceItem[] {
  if (state === '') return []
  const madeUp = madeUpBy({ reason, exitCode }) !== undefined
  const time = finishedAt ?? startedAt
  const words = [
    `${container}${restart === null ? '' : `, life ${restart}`}: ${state}`,
    ...(reason === '' ? [] : [reason]),
    ...(exitCode === null ? [] : [madeUp ? `exit code ${exitCode} (made up)` : exitInWords(exitCode)]),
    ...(startedAt === null ? [] : [`started ${clock(startedAt, time)}`]),
    ...(finishedAt === null ? [] : [`finished ${clock(finishedAt, time)}`]),
    ...(message === '' ? [] : [message.trim()]),
  ]
  return [{ kind: 'container-status', time, text: words.join(', ') }]
}

/** The kernel's line about the OOM kill: that with the memory of the process, where it is known. */
export const oomLines = ({ oom }: LifeEvidence): (EvidenceItem & { kind: 'line'; time: string })[] => {
  if (oom === undefined) return []
  const { time, text } = oom.killed ?? { time: oom.time, text: withoutCgroups(oom.text) }
  return [{ kind: 'line', time, text }]
}

/** `told`: messages of other evidence; what one of them says already is left out. */
function podStatus(pod: Evidence['pod'], verdict: Verdict, told: readonly string[]): EvidenceItem[] {
  if (pod === null || pod.phase === '') return []
  const waiting = Object.entries(pod.waiting).map(([container, reason]) => `${container} waits: ${reason}`)
  // A phase of running or starting is no evidence of an end.
  const open = pod.phase !== 'Succeeded' && pod.phase !== 'Failed' && pod.reason === '' && waiting.length === 0
  const { outcome } = verdict
  const against = statusSaysRunning(verdict, pod)
  if (!against && ((open && outcome !== 'running' && outcome !== 'node-lost') || outcome === 'deleted')) return []
  const words = [
    `phase ${pod.phase}`,
    ...(pod.reason === '' ? [] : [pod.reason]),
    ...waiting,
    untold(pod.message, told),
  ]
  return [{ kind: 'pod-status', time: pod.statusAt, text: words.filter((word) => word !== '').join(', ') }]
}

function deletion(pod: Evidence['pod'], outcome: Outcome): EvidenceItem[] {
  if (pod === null || (pod.deletedAt === null && !pod.gone) || outcome === 'completed') return []
  const request = pod.deletedAt === null ? [] : ['deletion was requested']
  return [
    {
      kind: 'deletion',
      time: pod.deletedAt,
      text: [...request, ...(pod.gone ? ['the object is gone'] : [])].join('; '),
    },
  ]
}

function condition(pod: Evidence['pod'], verdict: Verdict, told: readonly string[]): EvidenceItem[] {
  if (pod === null || pod.disruption === '') return []
  if (verdict.outcome === 'completed' && !disruptionLeft(verdict, pod)) return []
  const message = untold(pod.disruptionMessage, told)
  return [
    {
      kind: 'condition',
      time: pod.disruptionAt ?? pod.deletedAt,
      text: `DisruptionTarget ${pod.disruption}${message === '' ? '' : `: ${message}`}`,
    },
  ]
}

/** The message, where none of `told` begins with it: the kubelet says the same in an Event, and more behind it. */
function untold(message: string, told: readonly string[]): string {
  const words = message.trim()
  return told.some((other) => other.trim().startsWith(words)) ? '' : words
}

// Kubernetes repeats an Event with other words in between. The newest one of a reason stands for all.
function newestOfEach(events: readonly EventEvidence[]): EventEvidence[] {
  return [...new Map(events.map((event) => [`${event.reason}/${event.container}`, event])).values()]
}

const eventItem = ({ reason, message, time }: EventEvidence): EvidenceItem => ({
  kind: 'event',
  time,
  text: `${reason}: ${message.trim()}`,
})

function nodeStates({ outcome, endAt, diedAt, over }: Verdict, node: readonly NodeEvidence[]): NodeEvidence[] {
  const at = over ? (endAt ?? diedAt) : null
  const relevant = ((): (NodeEvidence | undefined)[] => {
    switch (outcome) {
      case 'node-lost':
        return [nodeDown(node, at), evictingTaint(node, at), nodeGone(node)]
      case 'evicted':
        return [evictingTaint(node, at), at === null ? undefined : endNotice(node, at), pressure(node, at)]
      case 'deleted':
      case 'running':
        return [nodeDown(node, at)]
      case 'completed':
      case 'crashed':
      case 'oomkilled':
      case 'unknown':
        return []
    }
  })()
  return [...new Set(relevant.filter((state) => state !== undefined))]
}

const pressure = (node: readonly NodeEvidence[], at: string | null): NodeEvidence | undefined =>
  node.findLast(
    ({ what, status, since }) => what.endsWith('Pressure') && status === 'True' && (at === null || since <= at),
  )

const nodeItem = ({ what, status, since, reason, message }: NodeEvidence): EvidenceItem => ({
  kind: 'node',
  time: since,
  text: [`${what} ${status}`, ...[reason, message.trim()].filter((word) => word !== '')].join(', '),
})

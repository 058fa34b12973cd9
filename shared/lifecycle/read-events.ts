// Pure: what the Events on a pod say of its end, as far as nothing says that the pod, or its container, lived on.
import type { Cause } from './cause.ts'
import { eventMeaning, type EventMeaning } from './event-meaning.ts'
import type { EventEvidence, LifeEvidence, PodEvidence } from './evidence.ts'
import { notBefore } from './life-outcome.ts'
import { readyAfter, startedAfter, stoppedUndeleted } from './outlived.ts'

export interface EventFacts {
  /** The newest Event that ended the whole pod by force. */
  evicted?: Cause & Pick<EventEvidence, 'time' | 'component'>
  stopping?: EventEvidence
  tainted?: EventEvidence
  /** The newest Event of a crash or an OOM kill that nothing started after. */
  death?: EventEvidence & { meaning: EventMeaning }
  /** Oldest first. */
  notReady: EventEvidence[]
  alive: boolean
}

export function readEvents(
  pod: PodEvidence | null,
  events: readonly EventEvidence[],
  newest: readonly LifeEvidence[],
): EventFacts {
  const facts: EventFacts = { notReady: [], alive: false }
  const ordered = events.toSorted((a, b) => (a.time < b.time ? -1 : 1))
  // The node is well again. Within one second it is the other way round: what is to be deleted at once is no longer
  // deleted later (processPodOnNode in pkg/controller/tainteviction/taint_eviction.go).
  const takenBack = ordered.findLast((event) => eventMeaning(event) === 'untainted')?.time ?? ''
  // Sidecars are stopped once the work is done.
  const besides = new Set(
    newest.filter(({ kind }) => kind !== 'container' && kind !== '').map(({ container }) => container),
  )
  for (const event of ordered) {
    const meaning = eventMeaning(event)
    const restarted = startedAfter(event, newest)
    const well = readyAfter(event, pod)
    const outlived = pod?.gone !== true && restarted
    switch (meaning) {
      case 'evicted':
      case 'node-lost':
      case 'deadline':
        if (!restarted && !well)
          facts.evicted = {
            outcome: meaning === 'deadline' ? 'crashed' : meaning,
            ...wordsOf(event),
            time: event.time,
            component: event.component,
          }
        break
      case 'tainted':
        if (!outlived && !well && notBefore(event.time, takenBack)) facts.tainted = event
        break
      case 'not-ready':
        if (!outlived && !well && notBefore(event.time, takenBack)) facts.notReady.push(event)
        break
      case 'stopping':
        if (!outlived && !well && !event.beside && !besides.has(event.container) && !stoppedUndeleted(event, pod))
          facts.stopping = event
        break
      case 'oomkilled':
      case 'crashing':
        if (!outlived && !(meaning === 'crashing' && facts.death?.meaning === 'oomkilled'))
          facts.death = { ...event, meaning }
        break
      case 'started':
        if (facts.death?.container === event.container) delete facts.death
        if (facts.evicted !== undefined && !notBefore(facts.evicted.time, event.time)) delete facts.evicted
        delete facts.stopping
        facts.notReady = []
        facts.alive = true
        break
      case 'alive':
        facts.alive = true
        break
      case 'untainted':
      case 'none':
        break
    }
  }
  return facts
}

export const wordsOf = ({ reason, message }: Pick<EventEvidence, 'reason' | 'message'>) => ({ reason, message })

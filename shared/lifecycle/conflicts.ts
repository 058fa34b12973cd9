// Pure: where what was told of a pod contradicts the outcome that was decided. The decision stands; the reader is told.
import { eventMeaning } from './cause.ts'
import { clock } from './clock.ts'
import type { EventEvidence, LifeEvidence, Verdict } from './evidence.ts'
import { notBefore } from './life-outcome.ts'
import type { Evidence } from './outcome.ts'

/** Sentences that begin in lower case, the gravest first. */
export function conflicts({ outcome, life }: Verdict, { pod, events }: Evidence): string[] {
  const found: string[] = []
  const oomEvent = events.findLast((event) => eventMeaning(event) === 'oomkilled' && isAbout(event, life))
  if (outcome === 'completed' || outcome === 'crashed') {
    const said = outcome === 'completed' ? 'completed' : `exit code ${life?.exitCode ?? 'unknown'}`
    if (oomEvent !== undefined)
      found.push(`the container status says ${said}, an Event says ${oomEvent.reason} at ${clock(oomEvent.time)}`)
    else if (life?.oom !== undefined)
      found.push(`the kernel says that it OOM-killed a process in ${life.container} at ${clock(life.oom.time)}`)
    else if (outcome === 'completed' && life?.reason === 'OOMKilled')
      found.push('the pod status says Succeeded, the container status says OOMKilled')
  }
  if (outcome === 'oomkilled' && life?.reason === 'OOMKilled' && life.exitCode === 0)
    found.push('the container status says OOMKilled and exit code 0: a process of it was killed, not its first one')
  if (pod?.phase === 'Succeeded') {
    const forced = events.findLast((event) => ['evicted', 'node-lost', 'deadline'].includes(eventMeaning(event)))
    if (forced !== undefined) found.push(`the pod status says Succeeded, an Event says ${forced.reason} at ${clock(forced.time)}`)
  }
  if (outcome === 'node-lost' && pod !== null && pod.phase === 'Running' && !pod.gone && pod.deletedAt === null)
    found.push('the pod status still says Running')
  return found
}

/** An Event that is older than the instance is about one before it. */
function isAbout({ container, time }: EventEvidence, life: LifeEvidence | null): boolean {
  if (life === null) return true
  return (container === '' || container === life.container) && (life.startedAt === null || notBefore(time, life.startedAt))
}

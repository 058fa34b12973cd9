// Pure: which container instances an Event of an OOM kill is about. A runtime may tell no more of it than Error and
// exit code 137, as where the node itself was out of memory (kubernetes/kubernetes#19825, #53669).
import { secondsBetween } from './clock.ts'
import { eventMeaning } from './event-meaning.ts'
import type { EventEvidence, LifeEvidence } from './evidence.ts'
import { notBefore } from './life-outcome.ts'
import { madeUpBy } from './made-up.ts'

/** Seconds before and after its Event within which a container ends that was OOM-killed. */
const within = { beforeS: 60, afterS: 10 }

/** The lives with the Event of an OOM kill in them: those that ended by SIGKILL around it. */
export function withOomEvents<Life extends LifeEvidence>(
  lives: readonly Life[],
  events: readonly EventEvidence[],
): Life[] {
  const kills = events.filter((event) => eventMeaning(event) === 'oomkilled')
  if (kills.length === 0) return [...lives]
  return lives.map((life) => {
    if (life.state !== 'terminated' || life.exitCode !== 137 || madeUpBy(life) !== undefined) return life
    const oomEvent = kills.findLast((event) => isAround(event, life))
    return oomEvent === undefined ? life : { ...life, oomEvent }
  })
}

function isAround({ container, time }: EventEvidence, life: LifeEvidence): boolean {
  if (container !== '' && container !== life.container) return false
  if (life.startedAt !== null && !notBefore(time, life.startedAt)) return false
  if (life.finishedAt === null) return true
  const before = secondsBetween(time, life.finishedAt)
  return before <= within.beforeS && before >= -within.afterS
}

// Pure: finds facts about a pod that contradict the decided outcome. The decision stands; sentences name the
// contradictions.
import { namesEnd } from './cause.ts'
import { atClock, clock } from './clock.ts'
import { eventMeaning } from './event-meaning.ts'
import type { EventEvidence, LifeEvidence, PodEvidence, Verdict } from './evidence.ts'
import { plain } from './eviction.ts'
import { exitInWords } from './exit-code.ts'
import { startedAgain } from './kubelet-end.ts'
import { notBefore } from './life-outcome.ts'
import { exitCodeOf } from './made-up.ts'
import { mainLives, newestLives, type Evidence } from './outcome.ts'
import { startedAfter } from './outlived.ts'

/** Returns sentences that begin in lower case, the most important first. */
export function conflicts(verdict: Verdict, { pod, lives, events }: Evidence): string[] {
  const { outcome, life, diedAt: beside } = verdict
  const sentences: string[] = []
  const newest = newestLives(lives)
  const oomEvent = events.findLast((event) => eventMeaning(event) === 'oomkilled' && isAbout(event, life))
  if (outcome === 'completed' || outcome === 'crashed') {
    const stated = outcome === 'completed' ? 'completed' : `exit code ${life?.exitCode ?? 'unknown'}`
    if (oomEvent !== undefined)
      sentences.push(
        `the container status says ${stated}, an Event says ${oomEvent.reason} at ${clock(oomEvent.time, beside)}`,
      )
    else if (life?.oom !== undefined)
      sentences.push(
        `the kernel says that it OOM-killed a process in ${life.container} at ${clock(life.oom.time, beside)}`,
      )
  }
  if (outcome === 'oomkilled' && life?.reason === 'OOMKilled' && life.exitCode === 0)
    sentences.push('the container status says OOMKilled and exit code 0: a process of it was killed, not its first one')
  if (pod?.phase === 'Succeeded') {
    const against: string[] = []
    const failed = mainLives(newest).filter(
      (one) => one.state === 'terminated' && exitCodeOf(one) !== null && one.exitCode !== 0,
    )
    for (const { container, exitCode, finishedAt, reason } of failed) {
      const end = `${container} ${reason === 'OOMKilled' ? 'was OOM-killed' : 'ended'} with ${exitInWords(exitCode!)}`
      against.push(`the container status says that ${end}${atClock(finishedAt, beside)}`)
    }
    if (outcome === 'completed' && life?.reason === 'OOMKilled' && !failed.includes(life))
      against.push('the container status says OOMKilled')
    const forced = events.findLast(
      (event) => ['evicted', 'node-lost', 'deadline'].includes(eventMeaning(event)) && !startedAfter(event, newest),
    )
    const ended = outcome === 'evicted' || outcome === 'node-lost'
    if (!ended && forced !== undefined) against.push(`an Event says ${forced.reason} at ${clock(forced.time, beside)}`)
    if (against.length > 0 || (ended && !pod.gone && pod.deletedAt === null))
      sentences.push(['the pod status says Succeeded', ...against].join(', '))
  }
  if (pod !== null && statusSaysRunning(verdict, pod)) sentences.push('the pod status still says Running')
  if (pod !== null && outcome === 'running') sentences.push(...outlivedWords(pod, lives))
  if (pod !== null && disruptionLeft(verdict, pod)) {
    // The kubelet does not delete pods.
    const undeleted = pod.disruption === 'TerminationByKubelet' ? '' : '; no deletion was reported'
    sentences.push(`its condition DisruptionTarget says ${disruptionInWords(pod)}${undeleted}`)
  }
  return sentences
}

// The kubelet leaves the words of a shutdown in the status of a pod that runs again once its node is back.
function outlivedWords(pod: PodEvidence, lives: readonly LifeEvidence[]): string[] {
  if (!namesEnd(pod) && pod.disruption !== 'TerminationByKubelet') return []
  const stated = namesEnd(pod) ? pod : { reason: pod.disruption, message: pod.disruptionMessage }
  const words = `its status still says ${stated.reason}${stated.message === '' ? '' : ` (${plain(stated.message)})`}`
  const again = startedAgain(pod, lives, mainLives(newestLives(lives)))
  if (again === undefined) return [words]
  const since = again.startedAt === null ? '' : ` since ${clock(again.startedAt, null)}`
  return [`${words}, while ${again.container} runs${since} and is ready`]
}

/** Whether another fact ended the whole pod, while the pod's own object still says Running and has no deletion. */
export const statusSaysRunning = ({ over, endAt }: Verdict, { phase, gone, deletedAt }: PodEvidence): boolean =>
  over && endAt !== null && phase === 'Running' && !gone && deletedAt === null

/** Whether the pod has a DisruptionTarget condition that is not the reason of its outcome, and no known deletion. */
export const disruptionLeft = ({ outcome, reason }: Verdict, { disruption, gone, deletedAt }: PodEvidence): boolean =>
  disruption !== '' &&
  disruption !== reason &&
  !gone &&
  deletedAt === null &&
  outcome !== 'evicted' &&
  outcome !== 'node-lost' &&
  !(outcome === 'running' && disruption === 'TerminationByKubelet')

const disruptions: Readonly<Record<string, string>> = {
  PreemptionByKubeScheduler: 'the scheduler preempts it to make room for a pod of higher priority',
  PreemptionByScheduler: 'the scheduler preempts it to make room for a pod of higher priority',
  EvictionByEvictionAPI: 'it is evicted through the eviction API, as a drain of its node does',
  DeletionByTaintManager: 'it is deleted, since it does not tolerate a NoExecute taint of its node',
  DeletionByPodGC: 'its node is gone, and Kubernetes cleans it up',
}

function disruptionInWords({ disruption, disruptionMessage }: PodEvidence): string {
  const words = Object.hasOwn(disruptions, disruption) ? disruptions[disruption]! : plain(disruptionMessage)
  return `${disruption}${words === '' ? '' : `: ${words}`}`
}

/** Whether the Event is about this instance. An Event that is older than the instance is about an earlier one. */
function isAbout({ container, time }: EventEvidence, life: LifeEvidence | null): boolean {
  if (life === null) return true
  return (
    (container === '' || container === life.container) && (life.startedAt === null || notBefore(time, life.startedAt))
  )
}

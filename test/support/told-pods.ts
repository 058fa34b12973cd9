// What GET /v1/pods says at the end against what was done: every pod once, with its outcome, and each of its
// containers' lives once, with how it ended. A difference is a sentence.
import type { Outcome } from '#shared/lifecycle/evidence.ts'

/** A pod as it was driven, and what must be known of it. */
export interface ToldPod {
  name: string
  uid: string
  outcome: Outcome
  /** Its object is gone. */
  gone: boolean
  lives: readonly ShownLife[]
}

interface ShownLife {
  restart: number
  exitCode: number | null
  reason: string
  finishedAt: string | null
}

interface ShownPod {
  uid: string
  name: string
  outcome: string
  diedAt: string | null
  containers: { name: string; lives: ShownLife[] }[]
}

export async function shownPods(url: string, namespace: string): Promise<ShownPod[]> {
  const shown: ShownPod[] = []
  for (let cursor = ''; ;) {
    const response = await fetch(`${url}/v1/pods?namespace=${namespace}&limit=100${cursor}`)
    if (response.status !== 200) throw new Error(`/v1/pods: ${response.status} ${await response.text()}`)
    const { pods, next } = (await response.json()) as { pods: ShownPod[]; next: string | null }
    shown.push(...pods)
    if (next === null) return shown
    cursor = `&cursor=${encodeURIComponent(next)}`
  }
}

/** Empty where all is as it was done. */
export function differences(pods: readonly ToldPod[], shown: readonly ShownPod[]): string[] {
  const known = new Set(pods.map(({ uid }) => uid))
  const strangers = shown.filter(({ uid }) => !known.has(uid)).map(({ name, uid }) => `${name} (${uid}) is shown and never was`)
  return [...strangers, ...pods.flatMap((pod) => differencesOf(pod, shown))]
}

function differencesOf(pod: ToldPod, shown: readonly ShownPod[]): string[] {
  const of = shown.filter(({ uid }) => uid === pod.uid)
  if (of.length !== 1) return [`${pod.name} (${pod.uid}) is shown ${of.length} times`]
  const { outcome, containers, diedAt } = of[0]!
  const wrong: string[] = []
  if (outcome !== pod.outcome) wrong.push(`${pod.name} (${pod.uid}) is ${outcome}, and should be ${pod.outcome}`)
  if (pod.gone && diedAt === null) wrong.push(`${pod.name} (${pod.uid}) is gone, and has no diedAt`)
  const lives = containers.flatMap((container) => container.lives)
  const seen = lives.map(({ restart, exitCode, reason, finishedAt }) => ({ restart, exitCode, reason, finishedAt }))
  if (JSON.stringify(seen) !== JSON.stringify(pod.lives))
    wrong.push(`${pod.name} (${pod.uid}) has lives ${JSON.stringify(seen)}, and should have ${JSON.stringify(pod.lives)}`)
  return wrong
}

// What must be true once the group has worked everything off: every line once, in order, in every answer; dead letters
// exactly the poisoned records. Beyond what the kill campaign asks for: the text of each container, the counts of each
// life, the dead letters.
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient, type Client } from '../answers.ts'
import { compareCounts, verifyPosting } from '../verify-posting.ts'
import type { Speaker, SpokenLine } from './lines.ts'

export interface VerifyOptions {
  url: string
  tenant: string
  speakers: readonly Speaker[]
  /** `topic/partition@offset#index` */
  poison: readonly string[]
}

/** Faults, one sentence each. */
export async function verify({ url, tenant, speakers, poison }: VerifyOptions): Promise<string[]> {
  const client = createClient(url, tenant)
  const spoke = speakers.filter(({ lines }) => lines.length > 0)
  const said = spoke.flatMap(({ lines }) => lines)
  return [
    ...(await verifyPosting(url, tenant, said)),
    ...(await verifyTexts(client, spoke)),
    ...(await verifyLives(client, livesOf(said))),
    ...(await verifyLetters(client, poison)),
  ]
}

/** Records follow what is stored: lists may lack it for so long. */
const projectedWithinMs = 60_000

async function verifyLives(client: Client, lives: Map<string, number>): Promise<string[]> {
  const untilMs = performance.now() + projectedWithinMs
  for (;;) {
    const faults = compareCounts('lives', await lifeCounts(client), lives)
    if (faults.length === 0 || performance.now() > untilMs) return faults
    await sleep(1000)
  }
}

async function verifyTexts(client: Client, speakers: readonly Speaker[]): Promise<string[]> {
  const faults: string[] = []
  for (const { container, lines } of speakers) {
    const text = await client.bytes(`/v1/pods/${container.podUid}/logs?container=${container.container}`)
    const messages = text.toString().split('\n').slice(0, -1)
    const first = lines.findIndex(({ message }, i) => messages[i] !== message)
    if (first === -1 && messages.length === lines.length) continue
    faults.push(
      `text of ${container.pod}/${container.container}: ${messages.length} lines of ${lines.length}; line ${first} is ${messages[first]}, should be ${lines[first]?.message}`,
    )
  }
  return faults
}

interface PodList {
  pods: { uid: string; containers: { name: string; lives: { restart: number | null; lines: number }[] }[] }[]
}

async function lifeCounts(client: Client): Promise<Map<string, number>> {
  const { pods } = await client.json<PodList>('/v1/pods?limit=1000')
  const counts = pods.flatMap(({ uid, containers }) =>
    containers.flatMap(({ name, lives }) => lives.map(({ restart, lines }) => [`${uid}/${name}/${restart}`, lines] as const)),
  )
  return new Map(counts)
}

function livesOf(said: readonly SpokenLine[]): Map<string, number> {
  const lives = Map.groupBy(said, ({ container, restart }) => `${container.podUid}/${container.container}/${restart}`)
  return new Map([...lives].map(([life, lines]) => [life, lines.length]))
}

interface LetterList {
  deadLetters: { origin: string; reason: string }[]
  next: string | null
}

async function verifyLetters(client: Client, poison: readonly string[]): Promise<string[]> {
  const lettersAt = new Map<string, number>()
  for (let cursor = ''; ;) {
    const page = await client.json<LetterList>(`/v1/dead-letters?limit=50${cursor}`)
    for (const { origin } of page.deadLetters) lettersAt.set(origin, (lettersAt.get(origin) ?? 0) + 1)
    if (page.next === null) break
    cursor = `&cursor=${encodeURIComponent(page.next)}`
  }
  return compareCounts('dead letters', lettersAt, new Map(poison.map((place) => [`kafka:${place}`, 1])))
}

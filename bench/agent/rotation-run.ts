// Many pods write through the kubelet's rotation while the agent is killed again and again. The kubelet does not remove
// what the agent has not stored, as it would not at the speed of a real one: so every line must be there once, and every
// finished life sealed.
import { setTimeout as sleep } from 'node:timers/promises'
import { PlayedContainer } from '#test/support/played-kubelet.ts'
import { KeptAgent, type StoredFile } from './kept-agent.ts'
import { checkLives, postEnds } from './lives-stored.ts'

export interface RotationRunOptions {
  url: string
  directory: string
  lines: number
  pods: number
  kills: number
  linesPerSecond: number
  random(): number
  say(text: string): void
}

export interface RotationResult {
  faults: string[]
  lives: number
  sealed: number
  rotations: number
  seconds: number
  cpuSeconds: number
  rssBytes: number
}

const rotatedMax = 4
const rotateBytes = 64 * 1024
const tickMs = 50

export async function rotationRun(options: RotationRunOptions): Promise<RotationResult> {
  const { url, directory, lines, pods, kills, linesPerSecond, random, say } = options
  const agent = new KeptAgent({ url, directory, pollMs: 100 })
  const containers = Array.from(
    { length: pods },
    (_, i) => new PlayedContainer({ root: agent.root, uid: `uid-${i}`, padding: 60 }),
  )
  const startedMs = performance.now()
  agent.start()
  let [rotations, written, killed] = [0, 0, 0]
  while (written < lines) {
    const due = Math.min(lines, Math.ceil(((performance.now() - startedMs) / 1000) * linesPerSecond))
    const known = agent.state()
    while (written < due) {
      const container = containers[Math.floor(random() * pods)]!
      const count = Math.min(1 + Math.floor(random() * 100), lines - written)
      if (random() < 0.02) container.writeFragments(1 + Math.floor(random() * 4))
      else container.write(count)
      written += count
      if (container.bytes > rotateBytes && rotate(container, known, random)) rotations++
      if (container.rotated().length === 0 && container.bytes > 4096 && random() < 0.003) container.runAgain()
    }
    if (killed < kills && written >= (lines * (killed + 1)) / (kills + 1)) {
      await agent.kill()
      killed++
      await sleep(random() * 300)
      agent.start()
    }
    await sleep(tickMs)
  }
  say(`${written} lines written in ${rotations} rotations, ${killed} kills; waiting for the agent`)
  await agent.until((lives) => lives.length > 0 && lives.flat().every(({ size, storedTo }) => storedTo === size), 120_000)
  const seconds = (performance.now() - startedMs) / 1000
  await sleep(1000)
  await agent.until((lives) => lives.every((files) => files.slice(0, -1).every(({ end }) => end === 'stored')), 20_000)
  const known = agent.state()
  for (const container of containers) container.remove()
  await agent.until((lives) => lives.length === 0, 30_000)
  const log = agent.log()
  await agent.kill('SIGTERM')
  await postEnds(url, containers)
  const { faults, lives, sealed } = await checked(options, containers, known)
  if (faults.length > 0) say(log.slice(-3000))
  return { faults, lives, sealed, rotations, seconds, ...agent.used }
}

const keyOf = ({ uid }: PlayedContainer, restart: number): string => `shop_cart_${uid}/app/${restart}`

/** Returns whether the kubelet has rotated the log. */
function rotate(container: PlayedContainer, known: ReadonlyMap<string, StoredFile[]>, random: () => number): boolean {
  const rotated = container.rotated()
  const files = known.get(keyOf(container, container.restart)) ?? []
  // An agent that first sees a life after its first rotation cannot know what was before.
  if (rotated.length === 0 && files[0]?.before !== 'first') return false
  if (rotated.length >= rotatedMax) {
    if (files.find(({ name }) => name === rotated[0])?.end !== 'stored') return false
    container.removeOldest()
  }
  container.rotate(random() < 0.3 ? 2 : 0)
  return true
}

async function checked(
  { url, say }: RotationRunOptions,
  containers: readonly PlayedContainer[],
  known: ReadonlyMap<string, StoredFile[]>,
): Promise<{ faults: string[]; lives: number; sealed: number }> {
  const faults: string[] = []
  let [lives, sealed] = [0, 0]
  for (const container of containers)
    for (const [restart, { state, stored, written, faults: found }] of (await checkLives(url, container)).entries()) {
      const name = `${container.uid}/${restart}`
      lives++
      faults.push(...found)
      if (stored < written) faults.push(`${name}: ${stored} of ${written} lines`)
      if (state === 'sealed') sealed++
      else {
        faults.push(`${name}: a finished life of ${written} lines is ${state}`)
        say(`${name} before its end: ${JSON.stringify(known.get(keyOf(container, restart)))}`)
      }
    }
  return { faults, lives, sealed }
}

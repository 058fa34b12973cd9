// A few pods, an agent that is killed, stopped and started at random, and a kubelet that removes files whether they were
// read or not. Nothing is expected of a life but that what is said of it is true.
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { PlayedContainer } from '#test/support/played-kubelet.ts'
import { randomFrom } from '#test/support/seal-runs.ts'
import { KeptAgent } from './kept-agent.ts'
import { checkLives, postEnds, type LifeCheck } from './lives-stored.ts'

export interface RemovalRunOptions {
  url: string
  directory: string
  seed: number
}

const podsMax = 4
const pollMs = 20
const rotationChance = 0.2

export async function removalRun({ url, directory: parent, seed }: RemovalRunOptions): Promise<LifeCheck[]> {
  const random = randomFrom(seed)
  const below = (n: number): number => Math.floor(random() * n)
  const directory = join(parent, `run-${seed}`)
  const env = [{}, {}, { OPEN_FILES_MAX: '1' }, { REMOVED_BYTES_MAX: '0' }][below(4)]!
  const agent = new KeptAgent({ url, directory, pollMs, env })
  // Lines of one length meet by accident where lines of many do not.
  const containers = Array.from(
    { length: 1 + below(podsMax) },
    (_, i) => new PlayedContainer({ root: agent.root, uid: `run-${seed}-${i}`, padding: below(2) * below(40) }),
  )
  agent.start()
  // In half of the runs the agent is there before anything happens, and in half of them it is left alone.
  if (random() < 0.5) await sleep(800)
  const unrest = random() < 0.5 ? 1 : 0
  const rotatedMax = 1 + below(4)
  for (let step = 20 + below(40); step > 0; step--) {
    if (random() < 0.25 * unrest) await disturb(agent, random())
    const container = containers[below(containers.length)]!
    if (!container.isRemoved) play(container, rotatedMax, random)
    if (random() < 0.4) await sleep(below(random() < 0.1 ? 1000 : 200))
  }
  agent.start()
  agent.goOn()
  // Some pods end while the agent follows them, others are never seen to end.
  await sleep(1200)
  for (const container of containers) if (random() < 0.8) container.remove()
  await sleep(800)
  await agent.kill('SIGTERM')
  await postEnds(url, containers)
  const checks: LifeCheck[] = []
  for (const container of containers) checks.push(...(await checkLives(url, container)))
  if (checks.every(({ faults }) => faults.length === 0)) await rm(directory, { recursive: true })
  return checks
}

async function disturb(agent: KeptAgent, chance: number): Promise<void> {
  if (chance < 0.25) await agent.kill()
  else if (chance < 0.6) agent.start()
  else if (chance < 0.75) agent.pause()
  else agent.goOn()
}

function play(container: PlayedContainer, rotatedMax: number, random: () => number): void {
  const below = (n: number): number => Math.floor(random() * n)
  const action = random()
  if (action < 0.45) container.write(1 + below(12))
  else if (action < 0.5) container.writeFragments(1 + below(4))
  else if (action < 0.5 + rotationChance) {
    container.rotate(below(2) * below(3))
    while (container.rotated().length > rotatedMax) container.removeOldest()
  } else if (action < 0.55 + rotationChance) container.runAgain()
  else if (action < 0.57 + rotationChance) container.removeOldest()
  else if (action < 0.6 + rotationChance) container.compress()
  else if (action < 0.61 + rotationChance) container.remove()
}

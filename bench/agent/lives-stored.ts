// Compares what the service says of a container's lives with what was written of them: every line at most once, in
// order, none missing where a life is sealed, none there where a gap is.
import type { PlayedContainer } from '#test/support/played-kubelet.ts'

export interface LifeCheck {
  state: string
  /** The seal in words, without its numbers. */
  words: string
  written: number
  stored: number
  /** What contradicts what was written. */
  faults: string[]
}

interface LifeAnswer {
  restart: number | null
  seal: { state: string; text: string; lines: number } | null
}

/** In the order of the restarts. */
export async function checkLives(url: string, container: PlayedContainer): Promise<LifeCheck[]> {
  const pod = (await (await fetch(`${url}/v1/pods/${container.uid}`)).json()) as { containers?: { lives: LifeAnswer[] }[] }
  const lives = pod.containers?.[0]?.lives ?? []
  const checks: LifeCheck[] = []
  for (const [restart, written] of container.written.entries()) {
    const seal = lives.find((life) => life.restart === restart)?.seal ?? undefined
    const numbers = seal === undefined ? [] : await numbersOf(url, container.uid, restart)
    const state = seal?.state ?? 'nothing'
    checks.push({
      state,
      words: (seal?.text ?? '').replaceAll(/[\d,:–-]+/g, '#'),
      written,
      stored: numbers.length,
      faults: faultsOf(written, numbers, seal).map((fault) => `${container.uid}/${restart}: ${fault} (${seal?.text})`),
    })
  }
  return checks
}

function faultsOf(written: number, numbers: readonly number[], seal: LifeAnswer['seal'] | undefined): string[] {
  const state = seal?.state
  const faults: string[] = []
  const distinct = new Set(numbers)
  if (distinct.size < numbers.length) faults.push(`${numbers.length - distinct.size} lines twice`)
  if (numbers.some((number, i) => i > 0 && number < numbers[i - 1]!)) faults.push('lines out of order')
  if (numbers.some((number) => number >= written)) faults.push('lines that were not written')
  if (state === 'sealed' && distinct.size < written) faults.push(`FALSE SEAL: ${distinct.size} of ${written} lines`)
  if (state === 'gap' && distinct.size >= written) faults.push('FALSE GAP: no line is missing')
  // A mark of what was stored before a kill may contradict it, and only it: docs/agent.md.
  if (/dead letter|overlap/.test(seal?.text ?? '')) faults.push('the agent contradicts itself')
  return faults
}

async function numbersOf(url: string, uid: string, restart: number): Promise<number[]> {
  const answer = await fetch(`${url}/v1/pods/${uid}/logs?life=${restart}`, { headers: { accept: 'text/plain' } })
  const text = await answer.text()
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Number(/(\d+) of \d+ x*$/.exec(line)?.[1] ?? Number.NaN))
}

/** Posts of each pod that its last container has ended. */
export async function postEnds(url: string, containers: readonly PlayedContainer[]): Promise<void> {
  const answer = await fetch(`${url}/v1/lifecycle`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(containers.map((container) => endedPod(container))),
  })
  if (!answer.ok) throw new Error(await answer.text())
}

function endedPod({ uid, restart }: PlayedContainer, now = new Date()): object {
  const at = `${now.toISOString().slice(0, 19)}Z`
  const begun = `${new Date(now.getTime() - 3_600_000).toISOString().slice(0, 19)}Z`
  const state = { terminated: { exitCode: 0, reason: 'Completed', startedAt: begun, finishedAt: at } }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'shop', name: 'cart', uid, resourceVersion: '100', creationTimestamp: begun },
    spec: { nodeName: 'node-7', restartPolicy: 'Always', containers: [{ name: 'app', image: 'cart:1' }] },
    status: {
      phase: 'Succeeded',
      startTime: begun,
      containerStatuses: [{ name: 'app', restartCount: restart, containerID: `containerd://${uid}-${restart}`, state }],
    },
  }
}

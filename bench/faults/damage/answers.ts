// A store with lines of three days, pods, lives, letters and rules, and the figures that its answers must go on giving.
import { spawnService } from '#test/support/service-process.ts'
import { containerLog, exited, podObject } from '#test/support/container-log.ts'
import { listsHave } from '#test/support/service.ts'

export interface Answers {
  /** By what was asked. */
  figures: Record<string, string>
  /** What /readyz and refused answers say. */
  troubles: string[]
}

const dayMs = 86_400_000

/** Makes the store, and returns what it answers. */
export async function fill(dataDir: string): Promise<Answers> {
  await using service = spawnService({ dataDir })
  const url = await service.serving
  const post = async (path: string, body: unknown, method = 'POST'): Promise<void> => {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${url}${path}`, { method, headers, body: JSON.stringify(body) })
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`)
  }
  const noon = Math.floor(Date.now() / dayMs) * dayMs - dayMs / 2
  for (const day of [3, 2, 1]) {
    const podUid = `pod-${day}`
    const startMs = noon - day * dayMs
    await post('/v1/batches', { records: containerLog([40, 40], { podUid, startMs }).flat() })
    await post('/v1/lifecycle', [podObject(podUid, startMs, exited(startMs, startMs + 80_000))])
  }
  // A life over three days.
  const [long] = containerLog([60], { podUid: 'pod-long', startMs: noon - 3 * dayMs, stepMs: dayMs / 20 })
  await post('/v1/batches', { records: long })
  await post('/v1/lifecycle', [podObject('pod-long', noon - 3 * dayMs, exited(noon - 3 * dayMs, noon))])
  await post('/v1/batches', { records: [{ podUid: 'pod-1', message: 'no time' }] })
  await post('/v1/retention', { rules: { default: '14d', shop: '30d' } }, 'PUT')
  await listsHave(url)
  const answers = await answersOf(url)
  service.kill('SIGTERM')
  await service.exited
  return answers
}

export async function answersOf(url: string): Promise<Answers> {
  const troubles: string[] = []
  const ask = async (path: string, of: (body: never) => unknown): Promise<string> => {
    const answer = await fetch(`${url}${path}`)
    const body = (await answer.json()) as { detail?: string }
    if (answer.ok) return String(of(body as never))
    if (answer.status === 503 || !String(body.detail).startsWith('Something failed'))
      troubles.push(`${path} ${answer.status}: ${body.detail}`)
    return String(answer.status)
  }
  const seals = ({
    pods,
  }: {
    pods: { uid: string; lines: number; containers: { lives: { seal: { state: string } | null }[] }[] }[]
  }) =>
    pods
      .map(
        ({ uid, lines, containers }) =>
          `${uid} ${lines} ${containers.flatMap(({ lives }) => lives.map(({ seal }) => seal?.state)).join(' ')}`,
      )
      .toSorted()
  const figures = {
    lines: await ask('/v1/logs?limit=1000', ({ lines }: { lines: unknown[] }) => lines.length),
    pods: await ask('/v1/pods', seals),
    pod: await ask('/v1/pods/pod-long', ({ lines }: { lines: number }) => lines),
    letters: await ask('/v1/dead-letters', ({ deadLetters }: { deadLetters: unknown[] }) => deadLetters.length),
    obituary: await ask('/v1/pods/pod-2/obituary', ({ outcome }: { outcome: string }) => outcome),
    retention: await ask('/v1/retention', ({ rules }: { rules: object }) => JSON.stringify(rules)),
  }
  const ready = (await (await fetch(`${url}/readyz`)).json()) as { reasons: string[] }
  return { figures, troubles: [...ready.reasons, ...troubles] }
}

// Edge: asks the running service, as anybody would, who died and what they said, and holds the words against what was in the files.
import { setTimeout as sleep } from 'node:timers/promises'
import { createHttpClient, sentenceOf } from '../services/import/send/http-client.ts'
import type { SpokenPod } from './recorded-cluster.ts'

/** The part of a pod of GET /v1/pods that the demo shows. */
export interface PodAnswer {
  namespace: string
  name: string
  uid: string
  node: string
  outcome: string
  message: string
  exitCode: number | null
  diedAt: string | null
  restarts: number | null
  lines: number
}

export interface Answers {
  /** All pods, the first to die first, the living last. */
  pods: PodAnswer[]
  /** Text of a pod, as it was written. */
  textOf(uid: string): Promise<Buffer>
  /** Pods whose text is not what their files held. */
  different(spoken: readonly SpokenPod[]): Promise<SpokenPod[]>
}

/** Rejects with the service's sentence where it refuses. */
export async function askAnswers({ url, signal }: { url: string; signal: AbortSignal }): Promise<Answers> {
  const client = createHttpClient({ url, tenant: '', signal })
  const get = async (path: string, query: Record<string, string>, accept: string): Promise<Response> => {
    const response = await client.get(path, query, accept)
    if (!response.ok) throw new Error(`${path} answers ${await sentenceOf(response)}`)
    return response
  }
  const textOf = async (uid: string): Promise<Buffer> =>
    Buffer.from(await (await get(`/v1/pods/${uid}/logs`, {}, 'text/plain')).arrayBuffer())
  const { pods } = await listedSince(Date.now(), async () => {
    const answer = await get('/v1/pods', {}, 'application/json')
    return (await answer.json()) as PodList
  })
  return {
    pods: pods.toSorted((a, b) => ((a.diedAt ?? '~') < (b.diedAt ?? '~') ? -1 : 1)),
    textOf,
    async different(spoken) {
      const found: SpokenPod[] = []
      for (const pod of spoken) if (!(await textOf(pod.uid)).equals(pod.said)) found.push(pod)
      return found
    },
  }
}

interface PodList {
  pods: PodAnswer[]
  /** The list has every fact that was stored until then. */
  asOf: string | null
}

/** The list once it has what was stored until `ms`: it follows what is stored by a second or two. */
async function listedSince(ms: number, list: () => Promise<PodList>): Promise<PodList> {
  for (;;) {
    const pods = await list()
    if (pods.asOf !== null && Date.parse(pods.asOf) >= ms) return pods
    await sleep(100)
  }
}

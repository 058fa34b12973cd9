// Edge: asks the running service, as any client would, which pods died and what they wrote, and compares it with the
// files.
import { setTimeout as sleep } from 'node:timers/promises'
import { createHttpClient, sentenceOf } from '../services/import/send/http-client.ts'
import type { LoggedPod } from './recorded-cluster.ts'

/** The fields of a pod of GET /v1/pods that the demo prints. */
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
  /** All pods: the dead in the order of their deaths, then the living. */
  pods: PodAnswer[]
  /** Returns the text of a pod as it was written. */
  textOf(uid: string): Promise<Buffer>
  /** Returns the pods whose text differs from their files. */
  different(pods: readonly LoggedPod[]): Promise<LoggedPod[]>
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
    async different(logged) {
      const differing: LoggedPod[] = []
      for (const pod of logged) if (!(await textOf(pod.uid)).equals(pod.text)) differing.push(pod)
      return differing
    },
  }
}

interface PodList {
  pods: PodAnswer[]
  /** The list has every fact that was stored until this time. */
  asOf: string | null
}

/** Returns the list once it has all facts stored until `ms`, which takes it a second or two. */
async function listedSince(ms: number, list: () => Promise<PodList>): Promise<PodList> {
  for (;;) {
    const pods = await list()
    if (pods.asOf !== null && Date.parse(pods.asOf) >= ms) return pods
    await sleep(100)
  }
}

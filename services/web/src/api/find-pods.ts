// Pods by a handle of any kind: each kind that the text may be is asked for, and the answers are put together.
import { answerOf, api } from './client.ts'
import type { ListedPod } from './types.ts'

const limit = '10'

/** Newest first, each once. */
export async function findPods(handle: string, signal: AbortSignal): Promise<ListedPod[]> {
  const answers = await Promise.all(
    queriesOf(handle).map((query) =>
      answerOf(api.GET('/v1/pods', { params: { query: { ...query, limit } }, signal })).then(({ pods }) => pods),
    ),
  )
  const byUid = new Map(answers.flat().map((pod) => [pod.uid, pod]))
  return [...byUid.values()].toSorted((a, b) => ((b.lastSeen ?? '') < (a.lastSeen ?? '') ? -1 : 1))
}

type Query = { name: string } | { owner: string } | { ip: string } | { uid: string } | { containerId: string }

function queriesOf(handle: string): Query[] {
  if (/^[\d.]+$|^[\da-f]*:[\da-f:.]+$/i.test(handle)) return [{ ip: handle }]
  const containerId = handle.replace(/^[a-z-]+:\/\//, '')
  const ofHex = /^[\da-f-]{6,}$/i.test(containerId) ? [{ uid: containerId.toLowerCase() }] : []
  const ofContainer = /^[\da-f]{6,64}$/i.test(containerId) ? [{ containerId: containerId.toLowerCase() }] : []
  const name = handle.slice(handle.startsWith('pod/') ? 4 : 0)
  if (handle.includes('/') && name === handle) {
    const [before, after] = handle.split('/') as [string, string]
    return [{ owner: handle }, ...(after === '' || before === '' ? [] : [{ name: after }]), ...ofContainer]
  }
  return [{ name }, { owner: name }, ...ofHex, ...ofContainer]
}

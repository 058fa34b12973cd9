// What the attacked service has: the lines and the record of one pod that has died, and cursors of its routes.
import { post, record } from '#test/support/lines.ts'
import { listsHave } from '#test/support/service.ts'
import type { Send } from './answers.ts'
import { plainRequest, type Stored } from './requests.ts'
import type { Target } from './targets.ts'

const podUid = '5b0c1d2e-0000-4000-8000-000000000001'
const pod = 'cart-7d9f8b6c5d-x2x4z'

export async function store(url: string, targets: readonly Target[], send: Send): Promise<Stored> {
  const startMs = Math.floor(Date.now() / 1000) * 1000 - 600_000
  const at = (seconds: number): string => new Date(startMs + seconds * 1000).toISOString()
  const lines = Array.from({ length: 40 }, (_, i) =>
    record(`{"status":${400 + i},"msg":"order ${i} o'clock"} path=/x`, {
      time: at(i),
      pod,
      podUid,
      labels: { app: 'cart' },
      attributes: { user: 'ana' },
      severity: i % 2 ? 'error' : 'info',
    }),
  )
  await post({ url, tenant: 'default' }, lines)
  await told(url, podOf(at))
  // A record without its time is a dead letter, of which there are pages too.
  await post(
    { url, tenant: 'default' },
    Array.from({ length: 3 }, (_, i) => ({ ...record(`no time ${i}`), time: 'never' })),
  )
  await listsHave(url)
  const stored: Stored = { podUid, pod, from: at(-60), to: at(3600), cursors: new Map() }
  return { ...stored, cursors: await cursorsOf(targets, stored, send) }
}

async function told(url: string, object: unknown): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const response = await fetch(`${url}/v1/lifecycle`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ type: 'DELETED', object }),
  })
  if (response.status !== 200) throw new Error(`lifecycle: ${response.status} ${await response.text()}`)
}

const podOf = (at: (seconds: number) => string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: pod,
    namespace: 'shop',
    uid: podUid,
    labels: { app: 'cart' },
    creationTimestamp: at(0),
    resourceVersion: '7',
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'cart-7d9f8b6c5d', uid: 'rs', controller: true }],
  },
  spec: { nodeName: 'node-1', containers: [{ name: 'app', image: 'shop/cart:1.2' }] },
  status: {
    phase: 'Failed',
    containerStatuses: [
      {
        name: 'app',
        restartCount: 0,
        image: 'shop/cart:1.2',
        state: { terminated: { exitCode: 137, reason: 'OOMKilled', startedAt: at(1), finishedAt: at(45) } },
      },
    ],
  },
})

/** A page of one names the next one. */
async function cursorsOf(targets: readonly Target[], stored: Stored, send: Send): Promise<ReadonlyMap<string, string>> {
  const cursors = new Map<string, string>()
  for (const target of targets.filter(({ name }) => name === 'cursor' || name === 'continue')) {
    const { status, body } = await send(target, plainRequest(target, stored, { limit: '1' }))
    if (status !== 200 || !body.startsWith('{')) continue
    const { next, metadata } = JSON.parse(body) as { next?: string | null; metadata?: { continue?: string } }
    const cursor = next ?? metadata?.continue
    if (typeof cursor === 'string' && cursor !== '') cursors.set(target.path, cursor)
  }
  return cursors
}

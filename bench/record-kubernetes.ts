// `node bench/record-kubernetes.ts`: records what a real kube-apiserver says to a list and a watch of pods, events and
// nodes while a pod goes through each fate, into test/fixtures/kubernetes-watch. The default tests play it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createApiServer, type ApiServer } from '#shared/kubernetes/api-server.ts'
import { watchEvents } from '#shared/kubernetes/watch-events.ts'
import { watchedKinds, type WatchedKind } from '#shared/kubernetes/watched-kind.ts'
import type { KubernetesObject } from '#test/support/kubernetes.ts'
import { startCluster, type Cluster } from './kubernetes/cluster.ts'
import { fateNames } from './kubernetes/fates.ts'
import { createNodes } from './kubernetes/nodes.ts'
import { list, namespace, startRounds } from './kubernetes/rounds.ts'
import { createRandom } from './storage/random.ts'

const seed = 26
const folder = new URL('../test/fixtures/kubernetes-watch/', import.meta.url)
const over = new AbortController()

async function record(): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'afterlog-record-'))
  {
    await using cluster = await startCluster(dir)
    const api = await createApiServer(cluster.kubeconfig)
    const random = createRandom(seed)
    await cluster.kubectl(['create', 'namespace', namespace])
    const nodes = await createNodes(cluster, random)
    const fates = fateNames.map((fate) => ({ name: fate, node: nodes.pick(), random, fate }))
    const rounds = await startRounds(cluster, fates, random)
    for (let i = 0; i < 2; i++) await rounds.next()
    const recordings = await Promise.all(watchedKinds.map((kind) => recordKind(api, kind)))
    await tellEvents(cluster, rounds.pods)
    for (let more = true; more;) {
      await nodes.next()
      more = await rounds.next()
    }
    await sleep(1000)
    over.abort()
    await Promise.all(recordings.map(({ watched }) => watched))
    const pods = rounds.pods.map(({ name, uid, outcome, gone, lives }) => ({ name, uid, outcome, gone, lives }))
    await writeFile(new URL('pods.expected.json', folder), `${JSON.stringify(pods, undefined, 1)}\n`)
  }
  await rm(dir, { recursive: true, force: true })
}

/** What a kubelet says in words; the Event of the eviction is what many evictions lack. */
async function tellEvents(cluster: Cluster, pods: readonly { name: string; uid: string; node: string }[]): Promise<void> {
  const said = {
    'crash-loop': ['BackOff', 'Back-off restarting failed container'],
    running: ['Started', 'Started container app'],
  }
  const time = `${new Date().toISOString().slice(0, 19)}Z`
  const events = Object.entries(said).map(([name, [reason, message]]): KubernetesObject => {
    const { uid, node } = pods.find((pod) => pod.name === name)!
    const involvedObject = { kind: 'Pod', apiVersion: 'v1', namespace, name, uid, fieldPath: 'spec.containers{app}' }
    const source = { component: 'kubelet', host: node }
    const metadata = { name: `${name}.1`, namespace }
    const times = { firstTimestamp: time, lastTimestamp: time, count: 1 }
    return { apiVersion: 'v1', kind: 'Event', metadata, involvedObject, source, reason, message, type: 'Normal', ...times }
  })
  await cluster.kubectl(['create', '-f', '-'], list(events))
}

/** The list is on disk when it resolves; its inner promise is the watch after it. */
async function recordKind(api: ApiServer, kind: WatchedKind): Promise<{ watched: Promise<void> }> {
  const options = { signal: over.signal, silentMsMax: 600_000 }
  const chunks: Buffer[] = []
  for await (const chunk of await api.get(`/api/v1/${kind}`, options)) chunks.push(chunk)
  const listed = JSON.parse(Buffer.concat(chunks).toString()) as KubernetesObject
  for (const item of listed['items'] as KubernetesObject[]) trim(item)
  await writeFile(new URL(`${kind}.list.json`, folder), `${JSON.stringify(listed)}\n`)
  const { resourceVersion } = listed['metadata'] as { resourceVersion: string }
  return { watched: recordWatch(api, kind, resourceVersion) }
}

async function recordWatch(api: ApiServer, kind: WatchedKind, resourceVersion: string): Promise<void> {
  const lines: string[] = []
  const options = {
    api,
    kind,
    resourceVersion,
    timeoutS: 600,
    silentMsMax: 600_000,
    onOpen: () => undefined,
    signal: over.signal,
  }
  try {
    for await (const { line } of watchEvents(options)) {
      const event = JSON.parse(line.toString()) as KubernetesObject
      trim(event['object'] as KubernetesObject)
      lines.push(JSON.stringify(event))
    }
  } catch (error) {
    if (!over.signal.aborted) throw error
  }
  await writeFile(new URL(`${kind}.watch.ndjson`, folder), `${lines.join('\n')}\n`)
}

/** Who owns which field is most of an object, and is not read. */
function trim({ metadata }: KubernetesObject): void {
  for (const entry of (metadata.managedFields ?? []) as KubernetesObject[]) delete entry['fieldsV1']
}

await record()

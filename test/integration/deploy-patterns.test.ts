// The three patterns of the Kubernetes documentation for logs of a cluster, played with the manifests that are shipped:
// what their agents make of what a pod writes is stored under the container that wrote it. The agent is played with the
// manifest's own configuration (test/support/fluent-bit.ts).
// https://kubernetes.io/docs/concepts/cluster-administration/logging/#cluster-level-logging-architectures
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { fluentBitMessages } from '#test/support/fluent-bit.ts'
import { request, startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
let dir: string
beforeAll(async () => {
  service = await startTestService()
  dir = await mkdtemp(join(tmpdir(), 'afterlog-patterns-'))
})
afterAll(async () => {
  await service?.[Symbol.asyncDispose]()
  await rm(dir, { recursive: true, force: true })
})

interface Container {
  name: string
  env?: { name: string; valueFrom: { fieldRef: { fieldPath: string } } }[]
  args?: string[]
}
interface PodSpec {
  containers: Container[]
  initContainers?: Container[]
}
interface Manifest {
  kind: string
  metadata: { name: string }
  data?: Record<string, string>
  spec?: PodSpec & { template?: { spec: PodSpec } }
}

async function manifests(name: string): Promise<Manifest[]> {
  const file = join(import.meta.dirname, '../../deploy/kubernetes', name)
  return parseAllDocuments(await readFile(file, 'utf8')).map((document) => document.toJS() as Manifest)
}
const of = (all: readonly Manifest[], kind: string): Manifest => all.find((manifest) => manifest.kind === kind)!

const uid = '5b0c6a3e-3f0c-4d25-9f3a-6f2f8f4a1c11'
/** What the downward API says of the pod. */
const fields: Record<string, string> = {
  'metadata.namespace': 'shop',
  'metadata.name': 'counter',
  'metadata.uid': uid,
  'spec.nodeName': 'node-7',
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(dir, path)), { recursive: true })
  await writeFile(join(dir, path), text)
}

/** Has the agent of the manifest read what stands in the files, and post it. */
async function play(all: readonly Manifest[], agent: Container): Promise<void> {
  const env = Object.fromEntries((agent.env ?? []).map(({ name, valueFrom }) => [name, fields[valueFrom.fieldRef.fieldPath]!]))
  const file = join(dir, 'fluent-bit.yaml')
  await writeFile(file, of(all, 'ConfigMap').data!['fluent-bit.yaml']!)
  const messages = await fluentBitMessages({ file, env, place: (path) => join(dir, path) })
  const body = `[${messages.map(({ value }) => value).join(',')}]`
  const headers = { 'content-type': 'application/json' }
  const { status, body: answer } = await request(`${service.url}/v1/fluent`, { method: 'POST', body, headers })
  expect([status, answer]).toEqual([200, { accepted: messages.length, rejected: 0, rejects: [] }])
}

interface StoredLine {
  container: string
  message: string
  node: string
}
async function linesOf(pod: string): Promise<StoredLine[]> {
  const { body } = await request(`${service.url}/v1/logs?podUid=${pod}&order=asc&limit=100`)
  return body['lines'] as StoredLine[]
}

let ms = Date.now() - 60_000
const cri = (stream: string, text: string): string => `${new Date(ms++).toISOString()} ${stream} F ${text}\n`

test('an agent on every node, for a pod with streaming sidecars and for a static pod', async () => {
  const agents = await manifests('node-agent-fluent-bit.yaml')
  const agent = of(agents, 'DaemonSet').spec!.template!.spec.containers[0]!
  const { containers } = of(await manifests('streaming-sidecar.yaml'), 'Pod').spec!
  expect(containers.map(({ name }) => name)).toEqual(['count', 'count-log-1', 'count-log-2'])
  for (const { name } of containers) await write(`var/log/pods/shop_counter_${uid}/${name}/0.log`, cri('stdout', `by ${name}`))
  const mirror = 'f'.repeat(32)
  await write(`var/log/pods/kube-system_etcd-node-7_${mirror}/etcd/0.log`, cri('stderr', 'elected'))
  await play(agents, agent)
  expect(await linesOf(uid)).toMatchObject(
    containers.map(({ name }) => ({ container: name, message: `by ${name}`, node: 'node-7', pod: 'counter' })),
  )
  expect(await linesOf(mirror)).toMatchObject([{ namespace: 'kube-system', pod: 'etcd-node-7', message: 'elected' }])
})

test('an agent in a sidecar, of whose files the kubelet knows nothing', async () => {
  await rm(join(dir, 'var'), { recursive: true, force: true })
  fields['metadata.uid'] = '6c0c6a3e-3f0c-4d25-9f3a-6f2f8f4a1c22'
  const all = await manifests('agent-in-sidecar.yaml')
  const { initContainers, containers } = of(all, 'Pod').spec!
  expect(containers.map(({ name }) => name)).toEqual(['count'])
  await write('var/log/count/1.log', '0: Mon\n1: Mon\n')
  await play(
    all,
    initContainers!.find(({ name }) => name === 'agent')!,
  )
  expect(await linesOf(fields['metadata.uid'])).toMatchObject(
    ['0: Mon', '1: Mon'].map((message) => ({
      message,
      namespace: 'shop',
      pod: 'counter',
      container: 'count',
      node: 'node-7',
      attributes: { file_path: join(dir, 'var/log/count/1.log') },
    })),
  )
})

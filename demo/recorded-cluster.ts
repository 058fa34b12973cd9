// Edge: lays out the recorded cluster of demo/cluster under a directory, its times moved, as its nodes had it on their disks: a
// /var/log for each, the kubelet's links under containers, and beside them what the API server said.
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { parseLogPath } from '#shared/kubelet-path.ts'
import { rebaseName, rebaseText } from './rebase.ts'
import { saidIn } from './said.ts'

const recorded = join(import.meta.dirname, 'cluster')
const lifecycleFile = 'lifecycle.ndjson'

/** A pod as its node's disk knows it: for a static pod, `uid` is not the one of the API. */
export interface SpokenPod {
  namespace: string
  name: string
  uid: string
  /** All that its containers said, in order, one message a line. */
  said: Buffer
  files: number
}

export interface LaidOutCluster {
  /** Roots of the nodes' disks. */
  nodes: { name: string; root: string }[]
  /** Watch events of Pods and Events, NDJSON. */
  lifecycle: Buffer
  pods: SpokenPod[]
}

/** `seconds`: by how much every time is moved. */
export async function layOutCluster({ into, seconds }: { into: string; seconds: number }): Promise<LaidOutCluster> {
  const lifecycle = rebaseText(await readFile(join(recorded, lifecycleFile), 'latin1'), seconds)
  const names = (await readdir(recorded, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
  const files = (await readdir(recorded, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && names.some((name) => relative(recorded, entry.parentPath).startsWith(name)))
    .map((entry) => join(relative(recorded, entry.parentPath), entry.name))
    .toSorted(asWritten)
  const pods = new Map<string, { pod: Omit<SpokenPod, 'said' | 'files'>; said: string[] }>()
  for (const path of files) {
    const content = rebaseText(await readFile(join(recorded, path), 'latin1'), seconds)
    const to = join(into, rebaseName(path, seconds))
    await mkdir(dirname(to), { recursive: true })
    await writeFile(to, content, 'latin1')
    const log = parseLogPath(path)
    if (log?.kind !== 'pods') continue
    const spoken = pods.get(log.podUid) ?? { pod: { namespace: log.namespace, name: log.pod, uid: log.podUid }, said: [] }
    spoken.said.push(saidIn(content))
    pods.set(log.podUid, spoken)
  }
  await linkContainers(into, lifecycle, new Set(files.map((path) => rebaseName(path, seconds))))
  return {
    nodes: names.toSorted().map((name) => ({ name, root: join(into, name) })),
    lifecycle: Buffer.from(lifecycle, 'latin1'),
    pods: [...pods.values()].map(({ pod, said }) => ({ ...pod, said: Buffer.from(said.join(''), 'latin1'), files: said.length })),
  }
}

// A rotated file is older than the one that is being written, restart by restart.
function asWritten(a: string, b: string): number {
  const key = (path: string) => (path.endsWith('.log') ? `${path}.~` : path)
  return key(a) < key(b) ? -1 : 1
}

interface Told {
  object: {
    kind: string
    metadata: { name: string; namespace: string; uid: string; annotations?: Record<string, string> }
    spec: { nodeName: string }
    status: { containerStatuses: { name: string; restartCount: number; containerID: string }[] }
  }
}

// As the kubelet names them: containers/<pod>_<namespace>_<container>-<id>.log, for each instance that a Pod object tells of.
async function linkContainers(into: string, lifecycle: string, files: ReadonlySet<string>): Promise<void> {
  const links = new Map<string, string>()
  for (const text of lifecycle.trimEnd().split('\n')) {
    const { object } = JSON.parse(text) as Told
    if (object.kind !== 'Pod') continue
    const { name, namespace, uid, annotations } = object.metadata
    for (const { name: container, restartCount, containerID } of object.status.containerStatuses) {
      const log = `pods/${namespace}_${name}_${annotations?.['kubernetes.io/config.mirror'] ?? uid}/${container}/${restartCount}.log`
      const link = join(
        into,
        object.spec.nodeName,
        `var/log/containers/${name}_${namespace}_${container}-${containerID.replace(/^.*:\/\//, '')}.log`,
      )
      if (files.has(join(object.spec.nodeName, 'var/log', log))) links.set(link, `/var/log/${log}`)
    }
  }
  for (const [link, target] of links) {
    await mkdir(dirname(link), { recursive: true })
    await symlink(target, link)
  }
}

// Edge: lays out the recorded cluster of demo/cluster in a directory, with its times moved, as its nodes had it on
// their disks: a /var/log for each node, the kubelet's links under containers, and beside them the reports of the API
// server.
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { parseLogPath } from '#shared/kubelet-path.ts'
import { rebaseName, rebaseText } from './rebase.ts'
import { messagesIn } from './messages.ts'

const recorded = join(import.meta.dirname, 'cluster')
const lifecycleFile = 'lifecycle.ndjson'

/** A pod with the text of its log files. For a static pod, `uid` is the one of the path, not the one of the API. */
export interface LoggedPod {
  namespace: string
  name: string
  uid: string
  /** All messages of its containers in order, one per line. */
  text: Buffer
  files: number
}

export interface LaidOutCluster {
  /** The roots of the nodes' disks. */
  nodes: { name: string; root: string }[]
  /** Watch events of Pods and Events, as NDJSON. */
  lifecycle: Buffer
  pods: LoggedPod[]
}

/** `seconds` is how far every time is moved. */
export async function layOutCluster({ into, seconds }: { into: string; seconds: number }): Promise<LaidOutCluster> {
  const lifecycle = rebaseText(await readFile(join(recorded, lifecycleFile), 'latin1'), seconds)
  const names = (await readdir(recorded, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
  const files = (await readdir(recorded, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && names.some((name) => relative(recorded, entry.parentPath).startsWith(name)))
    .map((entry) => join(relative(recorded, entry.parentPath), entry.name))
    .toSorted(asWritten)
  const pods = new Map<string, { pod: Omit<LoggedPod, 'text' | 'files'>; texts: string[] }>()
  for (const path of files) {
    const content = rebaseText(await readFile(join(recorded, path), 'latin1'), seconds)
    const to = join(into, rebaseName(path, seconds))
    await mkdir(dirname(to), { recursive: true })
    await writeFile(to, content, 'latin1')
    const log = parseLogPath(path)
    if (log?.kind !== 'pods') continue
    const logged = pods.get(log.podUid) ?? {
      pod: { namespace: log.namespace, name: log.pod, uid: log.podUid },
      texts: [],
    }
    logged.texts.push(messagesIn(content))
    pods.set(log.podUid, logged)
  }
  await linkContainers(into, lifecycle, new Set(files.map((path) => rebaseName(path, seconds))))
  return {
    nodes: names.toSorted().map((name) => ({ name, root: join(into, name) })),
    lifecycle: Buffer.from(lifecycle, 'latin1'),
    pods: [...pods.values()].map(({ pod, texts }) => ({
      ...pod,
      text: Buffer.from(texts.join(''), 'latin1'),
      files: texts.length,
    })),
  }
}

// Restart by restart, rotated files come before the live one.
function asWritten(a: string, b: string): number {
  const key = (path: string) => (path.endsWith('.log') ? `${path}.~` : path)
  return key(a) < key(b) ? -1 : 1
}

interface LifecycleEvent {
  object: {
    kind: string
    metadata: { name: string; namespace: string; uid: string; annotations?: Record<string, string> }
    spec: { nodeName: string }
    status: { containerStatuses: { name: string; restartCount: number; containerID: string }[] }
  }
}

// Makes links as the kubelet names them: containers/<pod>_<namespace>_<container>-<id>.log, one for each reported
// instance.
async function linkContainers(into: string, lifecycle: string, files: ReadonlySet<string>): Promise<void> {
  const links = new Map<string, string>()
  for (const text of lifecycle.trimEnd().split('\n')) {
    const { object } = JSON.parse(text) as LifecycleEvent
    if (object.kind !== 'Pod') continue
    const { name, namespace, uid, annotations } = object.metadata
    const podUid = annotations?.['kubernetes.io/config.mirror'] ?? uid
    const folder = join(into, object.spec.nodeName, 'var/log/containers')
    for (const { name: container, restartCount, containerID } of object.status.containerStatuses) {
      const log = `pods/${namespace}_${name}_${podUid}/${container}/${restartCount}.log`
      const link = join(folder, `${name}_${namespace}_${container}-${containerID.replace(/^.*:\/\//, '')}.log`)
      if (files.has(join(object.spec.nodeName, 'var/log', log))) links.set(link, `/var/log/${log}`)
    }
  }
  for (const [link, target] of links) {
    await mkdir(dirname(link), { recursive: true })
    await symlink(target, link)
  }
}

// Pure: parses the kubelet's log paths. Ingest decodes records of minimal agents with it, and the importer sorts a
// node's /var/log with it. Any mount point in front is ignored. One pass over the path, without backtracking.
// https://github.com/kubernetes/kubernetes/blob/master/pkg/kubelet/kuberuntime/helpers.go (BuildContainerLogsDirectory,
// logSymlink)

/** `…/<namespace>_<pod>_<uid>/<container>/<restart>.log`, rotated (`.20261123-101500`), compressed (`.gz`). */
export interface PodLogPath {
  kind: 'pods'
  namespace: string
  pod: string
  /** A UUID, 32 hex digits for a static pod, or any `metadata.uid` that the manifest of a static pod names. */
  podUid: string
  container: string
  restart: number
  /** When the kubelet rotated the file, as its name has it: `20261123-101500`, in the node's local time. */
  rotated: string | undefined
  gz: boolean
}

/** `…/<pod>_<namespace>_<container>-<containerId>.log`: the link that the kubelet makes for each container. */
export interface ContainerLogPath {
  kind: 'containers'
  namespace: string
  pod: string
  container: string
  /** Hex digits without a scheme. The kubelet cuts them where the name would exceed 255 bytes. */
  containerId: string
}

export type LogPath = PodLogPath | ContainerLogPath

const pathCharsMax = 4096

/** Returns the parts of a path, or undefined for another path, or one with `..`, empty parts or NUL. Never throws. */
export function parseLogPath(path: string): LogPath | undefined {
  if (path.length > pathCharsMax || path.includes('\0')) return undefined
  const parts = path.split('/')
  if (parts.some((part, i) => part === '..' || part === '.' || (part === '' && i > 0))) return undefined
  const name = parts.at(-1)!
  const container = parts.at(-2)
  const directory = parts.at(-3)
  if (container !== undefined && directory !== undefined) {
    const podPath = podLog(directory, container, name)
    if (podPath !== undefined) return podPath
  }
  return containerLink(name)
}

function podLog(directory: string, container: string, name: string): PodLogPath | undefined {
  const [namespace, pod, podUid, more] = directory.split('_')
  if (more !== undefined || podUid === undefined) return undefined
  if (!isName(namespace!) || !isName(pod!) || !isName(container) || !/^[0-9A-Za-z][0-9A-Za-z.-]{0,127}$/.test(podUid))
    return undefined
  const file = /^(0|[1-9]\d{0,8})\.log(?:\.(\d{8}-\d{6}))?(\.gz)?$/.exec(name)
  if (file === null) return undefined
  return {
    kind: 'pods',
    namespace: namespace!,
    pod: pod!,
    podUid,
    container,
    restart: Number(file[1]),
    rotated: file[2],
    gz: file[3] !== undefined,
  }
}

function containerLink(name: string): ContainerLogPath | undefined {
  if (!name.endsWith('.log')) return undefined
  const [pod, namespace, rest, more] = name.slice(0, -'.log'.length).split('_')
  if (more !== undefined || rest === undefined || !isName(pod!) || !isName(namespace!)) return undefined
  const dash = rest.lastIndexOf('-')
  if (dash === -1) return undefined
  const container = rest.slice(0, dash)
  const containerId = rest.slice(dash + 1)
  if (!isName(container) || !/^[0-9a-f]{6,128}$/.test(containerId)) return undefined
  return { kind: 'containers', namespace: namespace!, pod: pod!, container, containerId }
}

/** Whether Kubernetes could have given the name. A DNS subdomain is the widest rule for any of these names. */
export function isName(text: string): boolean {
  return text.length <= 253 && /^[0-9a-z](?:[0-9a-z.-]*[0-9a-z])?$/.test(text)
}

// Pure: recognises the files of /var/log that are logs of the node itself, and the unit of their lines.

export interface SystemLog {
  /** The file's name without its rotation: `kubelet.log`. */
  name: string
  /** The unit of all its lines, or undefined where each line names its program (syslog). */
  unit: string | undefined
  /** 0 for the live file, 1 for the newest rotated one, 5000 for a name with a date. */
  rotation: number
  gz: boolean
}

const units = new Set([
  'containerd',
  'crio',
  'cri-dockerd',
  'docker',
  'etcd',
  'kubelet',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-proxy',
  'kube-scheduler',
  'node-problem-detector',
])
const syslogs = new Set(['syslog', 'messages', 'daemon.log', 'kern.log'])

/**
 * Reads the last part of a path: `kubelet.log`, `containerd.log.1`, `syslog.2.gz`, `messages-20261122`. Folders do not
 * count.
 */
export function systemLogOf(path: string): SystemLog | undefined {
  const file = path.slice(path.lastIndexOf('/') + 1)
  const match = /^([a-z][a-z-]*(?:\.log)?)(?:\.(\d{1,3})|-(\d{8}(?:-\d{1,10})?))?(\.gz)?$/.exec(file)
  if (match === null) return undefined
  const name = match[1]!
  const program = name.endsWith('.log') ? name.slice(0, -'.log'.length) : name
  const known = syslogs.has(name) || (name.endsWith('.log') && units.has(program))
  if (!known) return undefined
  const rotation = match[2] === undefined ? (match[3] === undefined ? 0 : 5000) : Number(match[2])
  return { name, unit: syslogs.has(name) ? undefined : `${program}.service`, rotation, gz: match[4] !== undefined }
}

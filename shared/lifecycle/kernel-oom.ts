// Pure: which pod and container a kernel's OOM kill hit: the kernel's line has the cgroup of the task. Linux 5.0 and
// newer write `oom-kill:constraint=…` (mm/oom_kill.c, dump_oom_summary), older ones `Task in <cgroup> killed as a
// result of limit of …`.

export interface KernelOom {
  /** '' where the cgroup names none. */
  podUid: string
  containerId: string
  process: string
  pid: string
  /** Whether the node was out of memory, not the cgroup. */
  ofNode: boolean
}

/** Returns undefined for any other line. */
export function readKernelOom(message: string): KernelOom | undefined {
  const summary = /oom-kill:constraint=(\w+),.*?task_memcg=([^,]+),task=([^,]*),pid=(\d+)/.exec(message)
  if (summary !== null) {
    const [, constraint, cgroup, process, pid] = summary
    return { ...ownerOf(cgroup!), process: process!, pid: pid!, ofNode: constraint === 'CONSTRAINT_NONE' }
  }
  const old = /Task in (\S+) killed as a result of limit of/.exec(message)
  return old === null ? undefined : { ...ownerOf(old[1]!), process: '', pid: '', ofNode: false }
}

// /kubepods/burstable/pod<uid>/<id>, or with systemd …-pod<uid with underscores>.slice/cri-containerd-<id>.scope
function ownerOf(cgroup: string): Pick<KernelOom, 'podUid' | 'containerId'> {
  const uid = /pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32})/.exec(cgroup)?.[1] ?? ''
  const id = [...cgroup.matchAll(/(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g)].at(-1)?.[0] ?? ''
  return { podUid: uid.replaceAll('_', '-'), containerId: id }
}

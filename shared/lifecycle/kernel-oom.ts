// Pure: which pod and container a kernel's OOM kill hit: the kernel's line has the cgroup of the task. Linux 5.0 and
// newer write `oom-kill:constraint=…` (mm/oom_kill.c, dump_oom_summary), older ones `Task in <cgroup> killed as a
// result of limit of …`. The line behind it, `Killed process <pid> (<name>) … anon-rss:<n>kB`, says how much memory the
// process had, and names no cgroup: it belongs to the line of the same process within a second.

export interface KernelOom {
  /** '' where the cgroup names none. */
  podUid: string
  containerId: string
  process: string
  pid: string
  /** Whether the node was out of memory, not the cgroup. */
  ofNode: boolean
}

/** Kernels write up to 1 KiB; others may write what they like. */
const lengthMax = 8192

/** Returns undefined for any other line. */
export function readKernelOom(line: string): KernelOom | undefined {
  const message = line.slice(0, lengthMax)
  const summary = /oom-kill:constraint=(\w+),.*?task_memcg=([^,]+),task=([^,]*),pid=(\d+)/.exec(message)
  if (summary !== null) {
    const [, constraint, cgroup, process, pid] = summary
    return { ...ownerOf(cgroup!), process: process!, pid: pid!, ofNode: constraint === 'CONSTRAINT_NONE' }
  }
  const old = /Task in (\S+) killed as a result of limit of/.exec(message)
  return old === null ? undefined : { ...ownerOf(old[1]!), process: '', pid: '', ofNode: false }
}

/** What a process had when the kernel killed it. */
export interface KilledProcess {
  process: string
  pid: string
  /** Memory that could not be given up, such as `655240Ki`: anonymous and shared. */
  used: string
  /** The line from there on where it says so. */
  text: string
}

/** Seconds between the line with the cgroup and the one with the memory. */
export const killedWithinS = 1

/** Returns undefined for any other line. */
export function readKilledProcess(message: string): KilledProcess | undefined {
  const at = message.indexOf('Killed process ')
  if (at < 0) return undefined
  const match = killed.exec(message.slice(Math.max(0, at - 80), at + 1000))
  if (match === null) return undefined
  const [text, pid, process, anon, shared = '0'] = match
  return { process: process!, pid: pid!, used: `${Number(anon) + Number(shared)}Ki`, text }
}

// A name has at most 15 bytes, of any kind.
const killed =
  /(?:(?:Memory cgroup out|Out) of memory[^:]*: )?Killed process (\d+) \((.{0,15})\).{0,100}? anon-rss:(\d+)kB(?:.{0,60}? shmem-rss:(\d+)kB)?.*/s

/** The line with the cgroup, without the paths of cgroups, which fill a screen. */
export const withoutCgroups = (message: string): string =>
  message
    .slice(0, lengthMax)
    .replace(/^.*?(?=oom-kill:|Task in )/s, '')
    .replace(/(?<=constraint=\w+,).*?(?=task=)/s, '…,')
    .replaceAll(/\/kubepods\S*/g, '/kubepods/…')

// /kubepods/burstable/pod<uid>/<id>, or with systemd …-pod<uid with underscores>.slice/cri-containerd-<id>.scope
function ownerOf(cgroup: string): Pick<KernelOom, 'podUid' | 'containerId'> {
  const uid = /pod([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32})/.exec(cgroup)?.[1] ?? ''
  const id = [...cgroup.matchAll(/(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g)].at(-1)?.[0] ?? ''
  return { podUid: uid.replaceAll('_', '-'), containerId: id }
}

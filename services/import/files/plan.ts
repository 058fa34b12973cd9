// Pure: plans which entries of a node's /var/log are read, as what, and in which order. The plan has every entry: as a
// file to read, as a link whose target is read, or in the count of a reason why it is not read.
import { parseLogPath, type LogPath } from '#shared/kubelet-path.ts'
import type { Entry, Listing } from './log-file.ts'
import { resolveLink } from './resolve-link.ts'
import { systemLogOf, type SystemLog } from './system-log.ts'

export interface PodFile {
  kind: 'pod'
  entry: Entry
  log: LogPath
  /** The path as the kubelet of the node would write it. */
  path: string
  /** The id in the link under containers that leads to the newest file of this life. */
  containerId: string | undefined
  /**
   * Whether its last line may be marked `eof`: no line will follow in it, since it was rotated or the container has
   * restarted, and the file before it is known.
   */
  finished: boolean
  gz: boolean
  /** Files of one container have equal values. They are read one after another and posted in this order. */
  container: string
}

export interface SystemFile {
  kind: 'system'
  entry: Entry
  system: SystemLog
  finished: boolean
  gz: boolean
  container: string
}

export type PlannedFile = PodFile | SystemFile

export interface NotRead {
  reason: string
  count: number
  /** The first path that was refused for the reason. */
  example: string
}

export interface Plan {
  files: PlannedFile[]
  /** How many links have a target that is read. */
  linksFollowed: number
  notRead: NotRead[]
}

/** Plans a listing. `root` is the absolute path of the tree, which may itself lie inside a pod's directory. */
export function planImport(listing: Listing, root: string): Plan {
  const entries = new Map(listing.entries.map((entry) => [entry.path, entry]))
  const files: PlannedFile[] = []
  const notRead = new Map<string, NotRead>()
  const refuse = (path: string, reason: string) => {
    const known = notRead.get(reason)
    if (known === undefined) notRead.set(reason, { reason, count: 1, example: path })
    else known.count++
  }
  for (const problem of listing.problems) refuse(problem.path, problem.reason)

  const idOfTarget = new Map<string, string>()
  const claimed = new Set<Entry>()
  const add = (file: PlannedFile) => {
    claimed.add(file.entry)
    files.push(file)
  }
  for (const entry of listing.entries) {
    const planned = entry.kind === 'file' ? planFile(entry, root) : undefined
    if (planned !== undefined) add(planned)
  }
  // Docker's files have meaningful names only under pods, as links. The link under containers leads to the same file.
  const links = listing.entries
    .filter((entry) => entry.kind === 'link')
    .map((link) => ({ link, log: parseLogPath(`${root}/${link.path}`) }))
  const underPods = links.filter((other) => other.log?.kind === 'pods')
  const others = links.filter((other) => other.log?.kind !== 'pods')
  let linksFollowed = 0
  for (const { link, log } of [...underPods, ...others]) {
    const target = resolveLink(link, entries)
    if (target === undefined) refuse(link.path, 'links whose target is not in this tree')
    else if (!claimed.has(target) && (log === undefined || !isContainerLog(target.path)))
      refuse(link.path, 'links to a file that is not a log of a container')
    else {
      linksFollowed++
      if (log !== undefined && !claimed.has(target)) add(podFile(target, log))
      if (log?.kind === 'containers') idOfTarget.set(target.path, log.containerId)
    }
  }
  for (const entry of listing.entries) {
    if (entry.kind === 'other') refuse(entry.path, 'neither a file nor a link')
    else if (entry.kind === 'file' && !claimed.has(entry)) refuse(entry.path, whyNot(entry.path))
  }
  return { files: inOrder(withoutTwins(files, refuse), idOfTarget), linksFollowed, notRead: [...notRead.values()] }
}

// Runtimes put the targets of the kubelet's links there. A link to any other file would post that file as a container's
// log.
const isContainerLog = (path: string): boolean => /(^|\/)(pods|docker\/containers)\/.*\.log(\.[\w-]+)*$/.test(path)

function planFile(entry: Entry, root: string): PlannedFile | undefined {
  const log = parseLogPath(`${root}/${entry.path}`)
  if (log !== undefined) return podFile(entry, log)
  const system = systemLogOf(entry.path)
  if (system === undefined) return undefined
  return {
    kind: 'system',
    entry,
    system,
    finished: system.rotation !== 0,
    gz: system.gz,
    container: `system ${system.name}`,
  }
}

function podFile(entry: Entry, log: LogPath): PodFile {
  const gz = log.kind === 'pods' && log.gz
  const rotated = log.kind === 'pods' && log.rotated !== undefined
  return {
    kind: 'pod',
    entry,
    log,
    path: pathOf(log),
    containerId: undefined,
    finished: rotated,
    gz,
    container: containerOf(log),
  }
}

function pathOf(log: LogPath): string {
  const { namespace, pod, container } = log
  if (log.kind === 'containers') return `/var/log/containers/${pod}_${namespace}_${container}-${log.containerId}.log`
  return `/var/log/pods/${namespace}_${pod}_${log.podUid}/${container}/${log.restart}.log`
}

function containerOf(log: LogPath): string {
  const [podUid, containerId] = log.kind === 'pods' ? [log.podUid, ''] : ['', log.containerId]
  return `${log.namespace}/${log.pod}/${podUid}/${log.container}/${containerId}`
}

// The kubelet compresses to a .tmp, renames that, then removes the original. Killed before the removal, it leaves both.
function withoutTwins(files: readonly PlannedFile[], refuse: (path: string, reason: string) => void): PlannedFile[] {
  const plain = new Set(files.filter((file) => !file.gz).map((file) => file.entry.path))
  return files.filter((file) => {
    const twin = file.gz && plain.has(file.entry.path.slice(0, -'.gz'.length))
    if (twin) refuse(file.entry.path, 'compressed files beside the same file uncompressed, which is read')
    return !twin
  })
}

function inOrder(files: readonly PlannedFile[], idOfTarget: ReadonlyMap<string, string>): PlannedFile[] {
  const newest = new Map<string, number>()
  const idOfLife = new Map<string, string>()
  for (const file of files) {
    if (file.kind === 'pod' && file.log.kind === 'pods')
      newest.set(file.container, Math.max(newest.get(file.container) ?? 0, file.log.restart))
  }
  for (const file of files) {
    if (file.kind !== 'pod' || file.log.kind !== 'pods') continue
    file.finished ||= file.log.restart < newest.get(file.container)!
    const id = idOfTarget.get(file.entry.path)
    if (id !== undefined) idOfLife.set(lifeOf(file), id)
  }
  // One instance of a container has one id, whichever of its files the link leads to.
  for (const file of files) if (file.kind === 'pod') file.containerId = idOfLife.get(lifeOf(file))
  const sorted = files.toSorted((a, b) => compare(sortKey(a), sortKey(b)))
  // The kubelet may have deleted files before the oldest rotated one. A marked end vouches for the file before, so that
  // one gets no mark.
  for (const [index, file] of sorted.entries()) {
    const before = sorted[index - 1]
    if (isRotated(file) && !(before?.kind === 'pod' && lifeOf(before) === lifeOf(file))) file.finished = false
  }
  return sorted
}

const isRotated = (file: PlannedFile): file is PodFile =>
  file.kind === 'pod' && file.log.kind === 'pods' && file.log.rotated !== undefined

function lifeOf(file: PodFile): string {
  return `${file.container}/${file.log.kind === 'pods' ? file.log.restart : ''}`
}

// Oldest first: restarts upwards, rotated siblings by time, then the live file. Numbered system logs go downwards.
function sortKey(file: PlannedFile): string[] {
  if (file.kind === 'system')
    return ['1', file.container, String(9999 - file.system.rotation).padStart(4, '0'), file.entry.path]
  const { log } = file
  if (log.kind === 'containers') return ['0', file.container, '', '']
  return ['0', file.container, String(log.restart).padStart(10, '0'), log.rotated ?? '~']
}

function compare(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((part, i) => part !== b[i])
  return at === -1 ? 0 : a[at]! < b[at]! ? -1 : 1
}

function whyNot(path: string): string {
  if (/\.journal~?$/.test(path)) {
    return 'binary journal; on a machine with systemd, `journalctl -o export --file … | curl --data-binary @- URL/upload` sends it'
  }
  if (path.endsWith('.tmp')) return 'compressed files that the kubelet did not finish; the originals are read'
  if (/(^|\/)(pods|containers)\//.test(path)) return 'under pods or containers, but not named as the kubelet names logs'
  return 'not a log that the importer knows'
}

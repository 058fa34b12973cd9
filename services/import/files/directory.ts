// Source: a directory on disk. It lists names, sizes and links first, and then opens the planned files one after
// another. The file system never follows a link: resolve-link.ts decides inside the tree what a link means.
import { constants } from 'node:fs'
import { lstat, open, opendir, readFile, readlink, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Entry, LogSource, Opened, Problem } from './log-file.ts'

const chunkBytes = 1024 * 1024

/**
 * Opens a node's /var/log, the root of its disk, or any folder or single log below. Rejects where `path` cannot be read
 * at all. Entries are relative to `root`, an absolute path, which is '' for /.
 */
export async function openDirectory(path: string): Promise<{ source: LogSource; root: string }> {
  const given = await realpath(path)
  const { root, folders } = await layoutOf(given)
  const problems: Problem[] = []
  const source: LogSource = {
    bytesOf: (wanted) => wanted.reduce((sum, { entry }) => sum + entry.bytes, 0),
    problems: () => problems,
    [Symbol.asyncDispose]: async () => {},
    async list() {
      const entries: Entry[] = []
      const unreadable: Problem[] = []
      for (const folder of folders) await walk(root, folder, entries, unreadable)
      const docker = entries.filter(
        (entry) => !entry.path.startsWith('var/lib/docker/') || /-json\.log(\.\d+)?$/.test(entry.path),
      )
      return { entries: docker, problems: unreadable, hostname: await hostnameOf(root) }
    },
    async *read<T extends { entry: Entry }>(wanted: readonly T[], onBytes: (bytes: number) => void) {
      for (const file of wanted) {
        const opened: Opened<T> = {
          file,
          chunks: contentOf(join(root, file.entry.path), file.entry, onBytes, problems),
        }
        yield opened
      }
    },
  }
  return { source, root: root === '/' ? '' : root }
}

// Beside var/log lie etc/hostname and, with Docker, the files to which the links of var/log/pods lead.
async function layoutOf(given: string): Promise<{ root: string; folders: string[] }> {
  if (!(await stat(given)).isDirectory()) return { root: dirname(given), folders: [basename(given)] }
  const disk = given.endsWith('/var/log') ? given.slice(0, -'/var/log'.length) : given
  const isDisk = disk !== given || (await isDirectory(join(given, 'var/log')))
  return isDisk
    ? { root: disk === '' ? '/' : disk, folders: ['var/log', 'var/lib/docker/containers'] }
    : { root: given, folders: [''] }
}

async function walk(root: string, path: string, entries: Entry[], problems: Problem[]): Promise<void> {
  try {
    const stats = await lstat(join(root, path))
    const common = { path, bytes: stats.size, mtimeMs: Math.trunc(stats.mtimeMs) }
    if (stats.isSymbolicLink()) entries.push({ ...common, kind: 'link', target: await readlink(join(root, path)) })
    else if (stats.isFile()) entries.push({ ...common, kind: 'file' })
    else if (!stats.isDirectory()) entries.push({ ...common, kind: 'other' })
    else {
      const names: string[] = []
      for await (const child of await opendir(join(root, path))) names.push(child.name)
      for (const name of names.toSorted()) await walk(root, path === '' ? name : `${path}/${name}`, entries, problems)
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' && path === 'var/lib/docker/containers') return
    problems.push({ path, reason: `cannot be read: ${code ?? String(error)}` })
  }
}

async function* contentOf(
  path: string,
  entry: Entry,
  onBytes: (bytes: number) => void,
  problems: Problem[],
): AsyncGenerator<Buffer> {
  let bytes = 0
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW)
    for (;;) {
      // A chunk is no larger than the rest of the file, but has some room, since a live file may have grown.
      const chunk = Buffer.allocUnsafeSlow(Math.min(chunkBytes, Math.max(entry.bytes - bytes, 4096)))
      const { bytesRead } = await file.read(chunk, 0, chunk.length)
      if (bytesRead === 0) break
      bytes += bytesRead
      onBytes(bytesRead)
      yield chunk.subarray(0, bytesRead)
    }
    if (bytes < entry.bytes)
      problems.push({ path: entry.path, reason: `shrank while it was read: ${bytes} bytes of ${entry.bytes}` })
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    problems.push({
      path: entry.path,
      reason:
        code === 'ENOENT' ? 'vanished before it was read' : `could not be read to its end: ${code ?? String(error)}`,
    })
  }
}

async function hostnameOf(root: string): Promise<string> {
  try {
    const text = await readFile(join(root, 'etc/hostname'), 'utf8')
    return text.split('\n')[0]!.trim().slice(0, 253)
  } catch {
    return ''
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
}

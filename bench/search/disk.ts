// The directories of stores: their size, a copy of one as it is at a moment, and the page cache of the machine.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { lstat, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

export interface DiskUse {
  bytes: number
  files: number
}

/** What the files take on the disk, in whole blocks; those that vanish meanwhile count nothing. */
export async function diskUse(folder: string): Promise<DiskUse> {
  const use = { bytes: 0, files: 0 }
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const stat = await lstat(join(entry.parentPath, entry.name)).catch(() => undefined)
    if (stat === undefined) continue
    use.bytes += stat.blocks * 512
    use.files++
  }
  return use
}

/** A copy, or with `links` hard links: no store changes a file of its data in place. */
export async function copyFolder(from: string, to: string, { links }: { links: boolean }): Promise<void> {
  await rm(to, { recursive: true, force: true })
  const { status, stderr } = spawnSync('cp', [links ? '-al' : '-a', from, to], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`${from} could not be copied: ${stderr}`)
}

/**
 * Copies the directory of a process that stands still meanwhile, as after a power loss: what it has acknowledged is
 * there.
 */
export async function copyRunning(pid: number, from: string, to: string): Promise<void> {
  process.kill(pid, 'SIGSTOP')
  try {
    await copyFolder(from, to, { links: false })
  } finally {
    process.kill(pid, 'SIGCONT')
  }
}

/** Drops the page cache of the whole machine, where this process may: returns whether it did. */
export function dropPageCache(): boolean {
  try {
    writeFileSync('/proc/sys/vm/drop_caches', '1')
    return true
  } catch {
    return false
  }
}

/** Only what is on the disk can be dropped. */
export function writeBack(folder: string): void {
  spawnSync('sync', ['-f', folder])
}

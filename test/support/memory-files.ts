// Temporary files of a run stand in memory where there is room: the engine makes and removes many small files for each
// insert, which takes half of its time on a disk. What a test proves about a process that is killed holds there too.
// Vitest calls `setup` before the first file of a project; TMPDIR, where it is set, says otherwise.
import { mkdtemp, readdir, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'

const memoryDir = '/dev/shm'
const bytesNeeded = 4 * 1024 ** 3
/** The number is that of the process whose run it is. */
const nameOfRun = /^afterlog-tests-(\d+)-/

/** Resolves with what removes them once every test has run. */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env['TMPDIR'] !== undefined) return undefined
  await removeOfKilledRuns()
  if (!(await hasRoom())) return undefined
  const dir = await mkdtemp(join(memoryDir, `afterlog-tests-${process.pid}-`))
  process.env['TMPDIR'] = dir
  return async () => {
    delete process.env['TMPDIR']
    await rm(dir, { recursive: true, force: true })
  }
}

async function hasRoom(): Promise<boolean> {
  const { bavail, bsize } = await statfs(memoryDir).catch(() => ({ bavail: 0, bsize: 0 }))
  return Math.min(bavail * bsize, process.availableMemory() / 2) >= bytesNeeded
}

async function removeOfKilledRuns(): Promise<void> {
  for (const name of await readdir(memoryDir).catch(() => [])) {
    const pid = nameOfRun.exec(name)?.[1]
    if (pid !== undefined && !isRunning(Number(pid))) await rm(join(memoryDir, name), { recursive: true, force: true })
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

// `node demo/sample-logs.ts <directory>`: writes the recorded cluster as log files for an agent to tail, with its times
// moved so that it ended a minute ago: <directory>/pods as a kubelet has it, with all nodes in one, and
// <directory>/lifecycle.ndjson. Existing files stay.
import { cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { recordedUntilS } from './rebase.ts'
import { layOutCluster } from './recorded-cluster.ts'

/** How long ago the recording ends, after its times are moved. */
const endedAgoS = 60

async function main(): Promise<void> {
  const directory = process.argv[2]
  if (directory === undefined) throw new Error('name the directory to write to: node demo/sample-logs.ts <directory>')
  const pods = join(directory, 'pods')
  if (existsSync(pods)) return
  const scratch = await mkdtemp(join(tmpdir(), 'afterlog-samples-'))
  try {
    const seconds = Math.floor(Date.now() / 1000) - endedAgoS - recordedUntilS
    const { nodes, lifecycle } = await layOutCluster({ into: scratch, seconds })
    const building = join(directory, '.pods')
    await rm(building, { recursive: true, force: true })
    await mkdir(building, { recursive: true })
    for (const { root } of nodes) await cp(join(root, 'var/log/pods'), building, { recursive: true })
    await writeFile(join(directory, 'lifecycle.ndjson'), lifecycle)
    await rename(building, pods)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})

// Loki 2.2.1, the last one under the Apache License 2.0, of the Go module proxy: what is built of it for the proofs of
// LogQL and of Loki's API lies in a cache under node_modules, and none of it in this repository. Later versions are under
// the AGPL: no proof may take one.
import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '#test/support/service-process.ts'
import { withLock } from '#test/support/with-lock.ts'
import { copyModule, downloadModule, go } from '../load/go.ts'

export const lokiVersion = '2.2.1'
/** The commit of the tag v2.2.1, as the proxy names it: the module's path has no `/v2`. */
const module = 'github.com/grafana/loki@v1.6.2-0.20210406003638-babea82ef558'
const checksum = 'h1:Itqao8z6hKcQ9/ivLQCiucZoHUbFw4aSNAGO/NA53hI='
/** The one that Loki names walks over maps as Go 1.15 had them, and crashes with a map of today. */
const reflection = 'github.com/modern-go/reflect2@v1.0.2'
const cache = join(root, 'node_modules/.cache/afterlog-loki', lokiVersion)

/** The path of logcli, which is built where it is not yet: some minutes, with the download of what it imports. */
export async function buildLogcli(): Promise<string> {
  const folder = await made('logcli', async (making) => {
    const source = join(making, 'source')
    await copyLoki(source)
    await go(['mod', 'edit', `-require=${reflection}`], source)
    await go(['build', '-o', join(making, 'logcli'), './cmd/logcli'], source)
    await rm(source, { recursive: true })
  })
  return join(folder, 'logcli')
}

async function copyLoki(folder: string): Promise<void> {
  const downloaded = await downloadModule(module)
  if (downloaded.Sum !== checksum) throw new Error(`${module} has the checksum ${downloaded.Sum} instead of ${checksum}`)
  await copyModule(downloaded, folder)
}

/** A folder that `make` has filled once: what is half made has another name. */
async function made(name: string, make: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(cache, name)
  await withLock(`${folder}.lock`, async () => {
    if (existsSync(folder)) return
    process.stderr.write(`building ${name} of Loki ${lokiVersion} with Go, once\n`)
    const making = `${folder}.making`
    await rm(making, { recursive: true, force: true })
    await mkdir(making, { recursive: true })
    await make(making)
    await rename(making, folder)
  })
  return folder
}

// Loki 2.2.1, the last one under the Apache License 2.0, of the Go module proxy: what is built of it for the proofs of
// LogQL and of Loki's API lies in a cache under node_modules, and none of it in this repository. Later versions are under
// the AGPL: no proof may take one.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
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
const here = join(import.meta.dirname, 'cases')
const cache = join(root, 'node_modules/.cache/afterlog-loki', lokiVersion)

/** The path of logcli, which is built where it is not yet: some minutes, with the download of what it imports. */
export async function buildLogcli(): Promise<string> {
  const folder = await made('logcli', (source) => go(['build', '-o', '../logcli', './cmd/logcli'], source))
  return join(folder, 'logcli')
}

/** The path of the judge, which answers LogQL with Loki's own parser and engine over lines in memory. */
export async function buildJudge(): Promise<string> {
  const sources = join(here, 'judge')
  const folder = await made(`judge-${await hashOf([sources])}`, async (source) => {
    await cp(sources, join(source, 'cmd/afterlog-judge'), { recursive: true })
    await go(['build', '-o', '../judge', './cmd/afterlog-judge'], source)
  })
  return join(folder, 'judge')
}

/** Tests of packages, and the groups of cases that are theirs: a test of the engine runs stages of other tests too. */
const tested = [
  { folders: ['./pkg/logql/log/...'], groups: 'syntax stages pipelines samples' },
  { folders: ['./pkg/logql'], groups: 'syntax engine ranges operators data' },
]

/** The path of a file with what Loki's own tests of LogQL ask, one case on each line. */
export async function recordCases(): Promise<string> {
  const recorders = join(here, 'recorder')
  const folder = await made(`cases-${await hashOf(await foldersOf(recorders))}`, async (source) => {
    await go(['run', join(recorders, 'rewrite/main.go'), source, recorders], source)
    for (const { folders, groups } of tested) {
      const env = { LOGQL_CASES: join(source, '../cases.jsonl'), LOGQL_GROUPS: groups }
      // A recorder in a stage makes some tests of its identity fail: only what they ask is needed.
      const test = go(['test', '-vet=off', '-count=1', ...folders], source, env)
      await test.catch((error: unknown) => writeFile(join(source, '../failed-tests.txt'), String(error), { flag: 'a' }))
    }
  })
  return join(folder, 'cases.jsonl')
}

async function copyLoki(folder: string): Promise<void> {
  const downloaded = await downloadModule(module)
  if (downloaded.Sum !== checksum) throw new Error(`${module} has the checksum ${downloaded.Sum} instead of ${checksum}`)
  await copyModule(downloaded, folder)
  await go(['mod', 'edit', `-require=${reflection}`], folder)
}

async function foldersOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name))
}

async function hashOf(folders: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const folder of folders)
    for (const file of (await readdir(folder)).toSorted()) hash.update(await readFile(join(folder, file)))
  return hash.digest('hex').slice(0, 12)
}

/** A folder that `make` has filled once, out of Loki's sources in a folder within it. What is half made has another name. */
async function made(name: string, make: (source: string) => Promise<unknown>): Promise<string> {
  const folder = join(cache, name)
  await withLock(`${folder}.lock`, async () => {
    if (existsSync(folder)) return
    process.stderr.write(`building ${name} of Loki ${lokiVersion} with Go, once\n`)
    const making = `${folder}.making`
    await rm(making, { recursive: true, force: true })
    const source = join(making, 'source')
    await mkdir(making, { recursive: true })
    await copyLoki(source)
    await make(source)
    await rm(source, { recursive: true })
    await rename(making, folder)
  })
  return folder
}

// Builds VictoriaLogs of a pinned version from the Go module proxy, once, into a cache under node_modules. Needs Go; the
// module has no tags on the proxy, hence the pseudo-version, and its own copy of VictoriaMetrics is not in the module.
import { existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { withLock } from '#test/support/with-lock.ts'
import { root } from '#test/support/service-process.ts'
import { copyModule, downloadModule, go } from '../../load/go.ts'

const base = 'github.com/VictoriaMetrics'
const [version, metricsVersion] = ['v1.51.1-0.20260624061259-dc94972a8708', 'v1.147.0'] as const
const cache = join(root, 'node_modules/.cache/afterlog-victorialogs')

/** Resolves to the binary; the first time takes a minute or some, and the modules a download. */
export async function buildVictoriaLogs(): Promise<string> {
  const binary = join(cache, version, 'victoria-logs')
  if (!existsSync(binary))
    await withLock(join(cache, `${version}.lock`), async () => {
      if (!existsSync(binary)) await build(binary)
    })
  return binary
}

async function build(binary: string): Promise<void> {
  process.stderr.write(`building VictoriaLogs ${version} with Go, once\n`)
  const source = join(cache, `source-${version}`)
  await rm(source, { recursive: true, force: true })
  await mkdir(join(cache, version), { recursive: true })
  const metrics = await downloadModule(`${base}/VictoriaMetrics@${metricsVersion}`)
  await copyModule(await downloadModule(`${base}/VictoriaLogs@${version}`), source)
  await go(['mod', 'edit', '-replace', `${base}/VictoriaMetrics=${metrics.Dir}`], source)
  const flags = `-s -w -X ${base}/VictoriaMetrics/lib/buildinfo.Version=victoria-logs-${version}`
  await go(['build', '-trimpath', '-ldflags', flags, '-o', `${binary}.tmp`, './app/victoria-logs'], source)
  await rename(`${binary}.tmp`, binary)
  await rm(source, { recursive: true, force: true })
}

// Builds VictoriaLogs of a pinned version from the Go module proxy, once, into a cache under node_modules. Needs Go; the
// module has no tags on the proxy, hence the pseudo-version, and its own copy of VictoriaMetrics is not in the module.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { withLock } from '#test/support/with-lock.ts'
import { root } from '#test/support/service-process.ts'

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
  const module = await downloaded(`${base}/VictoriaLogs@${version}`)
  const metrics = await downloaded(`${base}/VictoriaMetrics@${metricsVersion}`)
  await cp(module, source, { recursive: true })
  // The module cache is read-only.
  await run('chmod', ['-R', 'u+w', source], cache)
  await rm(join(source, 'vendor'), { recursive: true, force: true })
  await run('go', ['mod', 'edit', '-replace', `${base}/VictoriaMetrics=${metrics}`], source)
  const flags = `-s -w -X ${base}/VictoriaMetrics/lib/buildinfo.Version=victoria-logs-${version}`
  await run('go', ['build', '-trimpath', '-ldflags', flags, '-o', `${binary}.tmp`, './app/victoria-logs'], source)
  await rename(`${binary}.tmp`, binary)
  await rm(source, { recursive: true, force: true })
}

/** The folder of a module in Go's cache. */
async function downloaded(module: string): Promise<string> {
  const { Dir } = JSON.parse(await run('go', ['mod', 'download', '-json', module], tmpdir())) as { Dir: string }
  return Dir
}

async function run(program: string, args: readonly string[], cwd: string): Promise<string> {
  const env = { ...process.env, CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '-mod=mod -buildvcs=false' }
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let [out, errors] = ['', '']
  child.stdout.on('data', (text: Buffer) => (out += text.toString()))
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()))
  const { promise, resolve, reject } = Promise.withResolvers<number | null>()
  child.once('error', () => reject(new Error(`\`${program}\` is absent: install Go 1.26 or later to build VictoriaLogs`)))
  child.once('close', resolve)
  const code = await promise
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${errors.slice(-3000)}`)
  return out
}

// Programs of Go that proofs and benchmarks build of pinned modules from the Go module proxy. Needs Go 1.26 or later.
import { spawn } from 'node:child_process'
import { cp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Resolves to what `go` wrote to its standard output. Its modules are as go.mod and go.sum of the folder say. */
export async function go(args: readonly string[], cwd: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const env = { ...process.env, CGO_ENABLED: '0', GOWORK: 'off', GOFLAGS: '-mod=mod -buildvcs=false', ...more }
  return run('go', args, { cwd, env })
}

interface Downloaded {
  /** In Go's cache, which is read-only. */
  Dir: string
  /** Of its files, as go.sum has it; the `go` command compares it with the public database of checksums. */
  Sum: string
}

export const downloadModule = async (module: string): Promise<Downloaded> =>
  JSON.parse(await go(['mod', 'download', '-json', module], tmpdir())) as Downloaded

/** Copies a module's folder so that it may be changed and built. */
export async function copyModule({ Dir }: Downloaded, folder: string): Promise<void> {
  await cp(Dir, folder, { recursive: true })
  await run('chmod', ['-R', 'u+w', folder], {})
  // What is in it is not whole in a module.
  await rm(join(folder, 'vendor'), { recursive: true, force: true })
}

async function run(program: string, args: readonly string[], options: object): Promise<string> {
  const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let [out, errors] = ['', '']
  child.stdout.on('data', (text: Buffer) => (out += text.toString()))
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()))
  const { promise, resolve, reject } = Promise.withResolvers<number | null>()
  child.once('error', () => reject(new Error(`\`${program}\` is absent: install Go 1.26 or later`)))
  child.once('close', resolve)
  const code = await promise
  if (code !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${code}:\n${(errors || out).slice(-3000)}`)
  return out
}

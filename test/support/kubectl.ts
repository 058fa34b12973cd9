// The real kubectl and stern, as their users have them: a home, a configuration and a cache of their own, in a
// temporary directory.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

export interface Output {
  code: number | null
  stdout: Buffer
  stderr: string
}

/** A client that runs until it is done, or is stopped. */
export interface Running {
  /** All of stdout so far. */
  stdout(): string
  stop(): void
  done: Promise<Output>
}

export interface Client extends AsyncDisposable {
  run(...args: string[]): Promise<Output>
  start(...args: string[]): Running
}

export type Program = 'kubectl' | 'stern'

const install: Record<Program, string> = {
  kubectl: 'install kubernetes-client, or name one in AFTERLOG_TEST_KUBECTL',
  stern: '`go install github.com/stern/stern@v1.34.0`, or name one in AFTERLOG_TEST_STERN',
}

/** What this machine lacks to run it, as a sentence; undefined where it lacks nothing. */
export function missing(program: Program): string | undefined {
  const { error } = spawnSync(pathOf(program), ['--help'])
  return error === undefined ? undefined : `\`${pathOf(program)}\` is absent: ${install[program]}`
}

function pathOf(program: Program): string {
  return process.env[`AFTERLOG_TEST_${program.toUpperCase()}`] || program
}

/** With the context that the service at `url` gives. */
export async function openClient(program: Program, url: string): Promise<Client> {
  const home = await mkdtemp(join(tmpdir(), `afterlog-${program}-`))
  const config = join(home, 'kubeconfig')
  await writeFile(config, await (await fetch(`${url}/k8s/kubeconfig`)).text())
  const path = ['/usr/local/bin', '/usr/bin', '/bin', process.env['PATH'] ?? ''].join(delimiter)
  const children = new Set<ChildProcess>()
  const start = (...args: string[]): Running => {
    const child = spawn(pathOf(program), ['--context', 'afterlog', ...args], {
      env: { HOME: home, KUBECONFIG: config, PATH: path },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    children.add(child)
    const chunks: Buffer[] = []
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    const done = new Promise<Output>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) => {
        children.delete(child)
        resolve({ code, stdout: Buffer.concat(chunks), stderr })
      })
    })
    return { stdout: () => Buffer.concat(chunks).toString(), stop: () => void child.kill(), done }
  }
  return {
    start,
    run: (...args) => start(...args).done,
    async [Symbol.asyncDispose]() {
      for (const child of children) child.kill('SIGKILL')
      await rm(home, { recursive: true, force: true })
    },
  }
}

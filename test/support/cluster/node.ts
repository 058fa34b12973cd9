// One real ClickHouse server as a child process of a test, on a directory and ports that survive it, so that a test can
// kill it and start it again. It dies with the process that started it: the kernel sends it SIGKILL (setpriv
// --pdeathsig) where that is Linux.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { nodeConfig, usersConfig, type NodeAddress, type NodeConfig, type NodeUser } from './node-config.ts'

export interface ClickHouseNode extends NodeAddress, AsyncDisposable {
  /** e.g. http://127.0.0.1:18123 */
  url: string
  pid: number
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
}

export interface StartNodeOptions extends Omit<NodeConfig, 'logFile' | 'usersFile'> {
  user?: NodeUser | undefined
  /** Kept after the end; data of an earlier start is taken over. */
  dir: string
}

/** Resolves when it answers, about 1.5 s; rejects with the last words of its log where it ends before. */
export async function startNode({ dir, user, ...config }: StartNodeOptions): Promise<ClickHouseNode> {
  await mkdir(dir, { recursive: true })
  const logFile = join(dir, 'server.log')
  const configFile = join(dir, 'config.xml')
  const usersFile = user === undefined ? undefined : join(dir, 'users.xml')
  if (user !== undefined) await writeFile(usersFile!, usersConfig(user))
  await writeFile(configFile, nodeConfig({ ...config, logFile, usersFile }))
  const node = [process.execPath, main, libchdb(), configFile, join(dir, 'data')]
  const [program, ...args] = process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL', '--', ...node] : node
  const child = spawn(program!, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += text.toString()))
  const gone = once(child, 'close')
  const killed = (): void => void child.kill('SIGKILL')
  process.once('exit', killed)
  void gone.finally(() => process.off('exit', killed)).catch(() => undefined)
  const url = `http://127.0.0.1:${config.httpPort}`
  while (!(await answers(url))) {
    if (!isRunning(child)) {
      throw new Error(`the ClickHouse server in ${dir} did not start: ${output}${await lastWords(logFile)}`)
    }
    await sleep(pingEveryMs)
  }
  let isWanted = true
  const reportEnd = async (): Promise<void> => {
    await gone
    if (isWanted) process.stderr.write(`the ClickHouse server ${url} ended by itself: ${output}${await lastWords(logFile)}\n`)
  }
  void reportEnd()
  const kill = async (): Promise<void> => {
    isWanted = false
    if (isRunning(child)) child.kill('SIGKILL')
    await gone
  }
  return { tcpPort: config.tcpPort, httpPort: config.httpPort, url, pid: child.pid!, kill, [Symbol.asyncDispose]: kill }
}

const main = fileURLToPath(new URL('node-main.ts', import.meta.url))
const pingEveryMs = 50

/** The engine that chdb brought for this machine. */
function libchdb(): string {
  const chdb = createRequire(import.meta.url).resolve('chdb')
  const platform = `@chdb/lib-${process.platform}-${process.arch}${process.platform === 'linux' ? '-gnu' : ''}`
  return join(dirname(createRequire(chdb).resolve(`${platform}/package.json`)), 'libchdb.so')
}

const isRunning = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null

/** What the engine says of its own crash, or else the end of its log. */
async function lastWords(logFile: string): Promise<string> {
  const lines = (await readFile(logFile, 'utf8').catch(() => '')).split('\n')
  const fatal = lines.filter((line) => line.includes('<Fatal>'))
  return (fatal.length > 0 ? fatal.slice(0, 40) : lines.slice(-20)).join('\n')
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/ping`)).ok
  } catch {
    return false
  }
}

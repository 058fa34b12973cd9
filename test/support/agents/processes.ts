// Agents of Debian as processes of a test, in the foreground, with a configuration and a directory of their own.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { once } from 'node:events'

const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64'

/** As missingTools() of install.ts. */
export const missingRsyslog = (): string | undefined =>
  spawnSync('rsyslogd', ['-v']).error === undefined && existsSync(`/usr/lib/${machine}-linux-gnu/rsyslog/omkafka.so`)
    ? undefined
    : '`rsyslogd` or its omkafka is absent; install rsyslog and rsyslog-kafka'

const systemd = '/lib/systemd'
export const journalUpload = `${systemd}/systemd-journal-upload`
export const missingJournalUpload = (): string | undefined =>
  existsSync(journalUpload) && existsSync(`${systemd}/systemd-journal-remote`)
    ? undefined
    : '`systemd-journal-upload` is absent; install systemd-journal-remote'

export interface AgentProcess extends AsyncDisposable {
  readonly pid: number
  /** Ends it as its service manager would, so that it saves where it is. */
  stop(): Promise<void>
}

/**
 * Starts rsyslogd in a directory.
 * @param config What follows its global settings.
 */
export async function startRsyslog(dir: string, config: string): Promise<AgentProcess> {
  await mkdir(join(dir, 'work'), { recursive: true })
  await writeFile(join(dir, 'rsyslog.conf'), `global(workDirectory="${join(dir, 'work')}")\n${config}\n`)
  return agentOf(
    spawn('rsyslogd', ['-n', '-f', join(dir, 'rsyslog.conf'), '-i', join(dir, 'rsyslogd.pid')], { stdio: 'inherit' }),
  )
}

function agentOf(child: ChildProcess): AgentProcess {
  const exited = once(child, 'exit')
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await exited
  }
  return { pid: child.pid!, stop, [Symbol.asyncDispose]: stop }
}

/** Runs a program of systemd to its end; rejects with what it wrote where it fails. */
export async function runSystemd(
  program: 'systemd-journal-upload' | 'systemd-journal-remote',
  args: readonly string[],
): Promise<void> {
  const child = spawn(`${systemd}/${program}`, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (text: Buffer) => (said += text.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${said}`)
}

// A real Kafka broker as a child process of a test, on a directory and port that survive it, so that a test can kill it
// and start it again. It dies with the process that started it: the kernel sends it SIGKILL (setpriv --pdeathsig) where
// that is Linux.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { brokerCommand } from './broker-command.ts'
import { freePort } from './free-port.ts'
import { installKafka, type KafkaInstallation } from './install.ts'
import { serverProperties } from './server-properties.ts'

export interface KafkaProcess extends AsyncDisposable {
  /** host:port, as AFTERLOG_KAFKA_BROKERS takes it. */
  readonly brokers: string
  readonly port: number
  /** Of the process that runs now; another one after `restart`. */
  readonly pid: number
  /** Directory of its settings and data. */
  readonly dir: string
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
  /** Ends it in order. */
  stop(): Promise<void>
  /** Kills it where it runs, starts it on the same directory and port; resolves when it serves. */
  restart(): Promise<void>
  /** SIGSTOP: its connections stay open and say nothing. */
  suspend(): void
  /** SIGCONT */
  resume(): void
  /** The last lines it wrote: warnings and errors. */
  log(): string
}

export interface StartKafkaOptions {
  /** Kept after disposal, data of an earlier broker is taken over; default a temporary one, removed at the end. */
  dir?: string
  /** Default any free one. */
  port?: number
  /** Of Apache Kafka; default that of pom.xml. */
  version?: string
  /** Settings of server.properties, over those of the test broker. */
  properties?: Readonly<Record<string, string>>
}

/** Resolves when it serves: 2 to 5 s, and once per machine the time of the download. Dispose it to kill it. */
export async function startKafka({ dir, port, version, properties = {} }: StartKafkaOptions = {}): Promise<KafkaProcess> {
  const installation = await installKafka(version)
  const home = dir ?? (await mkdtemp(join(tmpdir(), 'afterlog-kafka-')))
  const removed = async (): Promise<void> => {
    if (dir === undefined) await rm(home, { recursive: true, force: true })
  }
  try {
    const place = await firstStart(installation, home, port, properties)
    let { running } = place
    return {
      brokers: `127.0.0.1:${place.port}`,
      port: place.port,
      dir: home,
      get pid() {
        return running.pid
      },
      kill: () => running.end('SIGKILL'),
      stop: () => running.end('SIGTERM'),
      async restart() {
        await running.end('SIGKILL')
        running = await startBroker(installation, home)
      },
      suspend: () => running.signal('SIGSTOP'),
      resume: () => running.signal('SIGCONT'),
      log: () => running.log(),
      async [Symbol.asyncDispose]() {
        await running.end('SIGKILL')
        await removed()
      },
    }
  } catch (error) {
    await removed()
    throw error
  }
}

interface Running {
  pid: number
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void
  log(): string
}

/** Data copied, settings written, ports found; tried again with others where somebody took them first. */
async function firstStart(
  installation: KafkaInstallation,
  home: string,
  wanted: number | undefined,
  properties: Readonly<Record<string, string>>,
) {
  const dataDir = join(home, 'data')
  if (!existsSync(dataDir)) await cp(installation.formatted, dataDir, { recursive: true })
  await mkdir(join(home, 'tmp'), { recursive: true })
  const settings = join(home, 'server.properties')
  // A node that ran before is known to itself by its controller's port.
  const known = existsSync(settings) ? await readFile(settings, 'utf8') : ''
  for (let attempt = 1; ; attempt++) {
    const port = wanted ?? (await freePort())
    const controllerPort = Number(/^controller\.quorum\.voters=.*:(\d+)$/m.exec(known)?.[1] ?? (await freePort()))
    await writeFile(settings, serverProperties({ dataDir, port, controllerPort, more: properties }))
    try {
      return { port, running: await startBroker(installation, home) }
    } catch (error) {
      const taken = String(error).includes('Address already in use')
      if (!taken || attempt === 5) throw error
    }
  }
}

async function startBroker({ classpath, archive, version }: KafkaInstallation, home: string): Promise<Running> {
  const more = existsSync(archive) ? [`-XX:SharedArchiveFile=${archive}`] : []
  const [program, ...args] = brokerCommand({ classpath, home, more })
  const child = spawn(program!, args, { cwd: home, stdio: ['ignore', 'pipe', 'pipe'] })
  const gone = once(child, 'close')
  const killed = (): void => void child.kill('SIGKILL')
  process.once('exit', killed)
  void gone.finally(() => process.off('exit', killed)).catch(() => undefined)

  const said: string[] = []
  const started = Promise.withResolvers<void>()
  for (const stream of [child.stdout, child.stderr])
    createInterface({ input: stream }).on('line', (line) => {
      said.push(line)
      if (said.length > 500) said.shift()
      if (line.includes('Kafka Server started')) started.resolve()
    })
  const log = (): string => said.join('\n')
  const failed = async (): Promise<never> => {
    await gone
    throw new Error(`Kafka ${version} did not start:\n${log()}`)
  }
  await Promise.race([started.promise, failed()])
  return {
    pid: child.pid!,
    end: async (signal) => {
      if (isRunning(child)) child.kill(signal)
      await gone
    },
    signal: (signal) => void child.kill(signal),
    log,
  }
}

const isRunning = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null

// The ingest processes of a run: two to begin with, killed, told to leave, and joined by others. What they log is kept,
// also of the dead.
import { spawnService, type LogLine, type ServiceProcess } from '#test/support/service-process.ts'

export interface Fleet extends AsyncDisposable {
  /** Starts one more; resolves when it serves. */
  add(): Promise<void>
  /** kill -9 of the `turn`-th of those that run; false where none does. */
  kill(turn: number): Promise<boolean>
  /** SIGTERM to the oldest; resolves when it has ended. */
  leave(): Promise<void>
  /** Where those listen that serve. */
  urls(): readonly string[]
  readonly size: number
  /** Of every process that ever ran. */
  logged(test: (line: LogLine) => boolean): LogLine[]
  /** What those that run have warned of last. */
  last(): string
  /** Processes that ended by themselves, or not in order, each with what it said last. */
  readonly faults: readonly string[]
}

interface Member {
  process: ServiceProcess
  url: string
  isStopping: boolean
}

export function createFleet(env: Readonly<Record<string, string>>, dataDir: string): Fleet {
  const members: Member[] = []
  const all: ServiceProcess[] = []
  const faults: string[] = []
  const remove = (member: Member): void => {
    member.isStopping = true
    if (members.includes(member)) members.splice(members.indexOf(member), 1)
  }
  const fault = (process: ServiceProcess, what: string): void => {
    const last = process.logs.slice(-5).map((line) => JSON.stringify(line))
    faults.push(`an ingest process ${what}: ${process.stderr().slice(-500)} ${last.join(' ')}`.slice(0, 2000))
  }
  const watch = async (member: Member): Promise<void> => {
    const { code, signal } = await member.process.exited
    if (!member.isStopping) fault(member.process, `ended by itself (${code ?? signal})`)
    remove(member)
  }

  return {
    faults,
    get size() {
      return members.length
    },
    urls: () => members.flatMap(({ url }) => (url === '' ? [] : [url])),
    last: () =>
      members
        .flatMap(({ process }) => process.logs.filter(({ level }) => !['trace', 'debug', 'info'].includes(level)).slice(-5))
        .map((line) => JSON.stringify(line).slice(0, 600))
        .join('\n'),
    logged: (test) => all.flatMap(({ logs }) => logs.filter(test)),
    async add() {
      const process = spawnService({ dataDir, program: 'services/ingest/main.ts', env })
      const member: Member = { process, url: '', isStopping: false }
      members.push(member)
      all.push(process)
      void watch(member)
      // One that is killed before it serves is no fault.
      member.url = await process.serving.catch(() => '')
    },
    async kill(turn) {
      const member = members[turn % Math.max(members.length, 1)]
      if (member === undefined) return false
      remove(member)
      member.process.kill('SIGKILL')
      await member.process.exited
      return true
    },
    async leave() {
      const member = members[0]
      if (member === undefined) return
      await member.process.serving.catch(() => undefined)
      remove(member)
      member.process.kill('SIGTERM')
      const { code, signal } = await member.process.exited
      if (code !== 0) fault(member.process, `did not stop in order (${code ?? signal})`)
    },
    async [Symbol.asyncDispose]() {
      for (const member of members.slice()) remove(member)
      await Promise.all(all.map((process) => process[Symbol.asyncDispose]()))
    },
  }
}

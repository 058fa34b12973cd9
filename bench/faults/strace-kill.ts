// Kills a running service at a system call of its engine: strace is attached, and SIGKILL is injected on entry to the
// n-th such call of any thread. The trace says which call it was and on which path, so it is known and not guessed what
// was cut in two.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'

/**
 * `rename`: a whole part is about to be shown. `mkdir`: a part is begun. `openat`: a file of a part is about to be
 * opened.
 */
export type InjectedCall = 'rename' | 'mkdir' | 'openat'

export interface Injection extends AsyncDisposable {
  /** Resolves once strace holds the process. */
  readonly attached: Promise<void>
  /**
   * The call that was not finished, e.g. `rename("…/tmp_insert_…/", "…/")`; undefined where the process died otherwise.
   * Ask after the exit.
   */
  last(): Promise<string | undefined>
}

export interface InjectionOptions {
  pid: number
  call: InjectedCall
  /** Each thread counts by itself. */
  nth: number
  /** File for the trace. */
  trace: string
}

export function injectKill({ pid, call, nth, trace }: InjectionOptions): Injection {
  const calls = call === 'openat' ? 'openat,rename' : 'rename,mkdir'
  const child = spawn(
    'strace',
    [
      '-f',
      '-p',
      String(pid),
      '-o',
      trace,
      '-s',
      '400',
      '-e',
      `trace=${calls}`,
      '-e',
      'signal=none',
      '-e',
      `inject=${call}:signal=KILL:when=${nth}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  const closed = once(child, 'close')
  const attached = new Promise<void>((resolve, reject) => {
    let said = ''
    child.stderr.on('data', (text: Buffer) => {
      said += text.toString()
      if (said.includes(`Process ${pid} attached`)) resolve()
    })
    child.on('error', reject)
    void closed.then(() => reject(new Error(`strace: ${said}`)))
  })
  attached.catch(() => undefined)
  return {
    attached,
    async last() {
      await closed
      const lines = (await readFile(trace, 'utf8')).split('\n')
      // The call that the signal met has no result: `= ?`, or stays unfinished. Other threads may have been within a
      // call of theirs.
      const open = lines.filter((line) => line.includes(`${call}(`) && /(= \?|<unfinished \.\.\.>)\s*$/.test(line))
      const killed = open.findLast((line) => line.includes('tmp_insert_')) ?? open.at(-1)
      return killed?.replace(/^\d+\s+/, '')
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await closed
    },
  }
}

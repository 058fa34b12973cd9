// `npm run demo` as a process of its own, in a temporary directory.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { root } from './service-process.ts'

export interface Demo extends AsyncDisposable {
  child: ChildProcess
  /** All that it has printed. */
  output(): string
  /** Resolves with the output once it holds the text; rejects where the process ends before. */
  until(text: string): Promise<string>
  /** Its exit code. */
  ended: Promise<number | null>
}

export interface DemoOptions {
  /** Where it makes its directory. */
  temporary: string
  args?: readonly string[]
  env?: Readonly<Record<string, string>>
}

export function startDemo({ temporary, args = [], env = {} }: DemoOptions): Demo {
  const child = spawn(join(root, 'node_modules/.bin/node'), ['demo/main.ts', ...args], {
    cwd: root,
    env: { ...process.env, TMPDIR: temporary, AFTERLOG_HTTP_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let told = Promise.withResolvers<void>()
  const add = (chunk: Buffer) => {
    output += chunk.toString()
    told.resolve()
    told = Promise.withResolvers()
  }
  child.stdout.on('data', add)
  child.stderr.on('data', add)
  let isOver = false
  const ended = once(child, 'close').then(([code]) => {
    isOver = true
    told.resolve()
    return code as number | null
  })
  const until = async (text: string): Promise<string> => {
    while (!output.includes(text)) {
      if (isOver) throw new Error(`ended before it said ${JSON.stringify(text)}:\n${output}`)
      await told.promise
    }
    return output
  }
  return {
    child,
    output: () => output,
    until,
    ended,
    async [Symbol.asyncDispose]() {
      if (isOver) return
      child.kill('SIGKILL')
      await ended
    },
  }
}

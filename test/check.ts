// `npm run check`: types, lint, format, unused code, unit tests, two at a time. Prints what failed and nothing else.
// `--without-tests` is for CI, where `npm test` runs the unit tests among all others.
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'

const steps: readonly (readonly [name: string, command: string, ...args: string[]])[] = [
  ['types', 'tsc'],
  ['types of the page', 'tsc', '-p', 'services/web'],
  ['unit tests', 'vitest', 'run', '--project', 'unit', '--reporter', 'dot'],
  ['lint', 'oxlint', '--type-aware', '--deny-warnings'],
  ['unused code', 'knip'],
  ['format', 'oxfmt', '--check', '.'],
]

const startedMs = performance.now()
const withTests = !process.argv.includes('--without-tests')
const waiting = steps.filter(([name]) => withTests || name !== 'unit tests')
const failed: string[] = []

async function work(): Promise<void> {
  for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
    const [name, command, ...args] = step
    const stepMs = performance.now()
    const { code, output } = await run(command, args)
    if (code !== 0) failed.push(name)
    process.stdout.write(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds(stepMs)} s)\n${code === 0 ? '' : output}`)
  }
}

function run(command: string, args: readonly string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(`node_modules/.bin/${command}`, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NO_COLOR: '1' },
    })
    let output = ''
    child.stdout.on('data', (text: Buffer) => (output += text.toString()))
    child.stderr.on('data', (text: Buffer) => (output += text.toString()))
    child.on('error', reject)
    child.on('close', (code) => resolve({ code, output }))
  })
}

const seconds = (sinceMs: number): string => ((performance.now() - sinceMs) / 1000).toFixed(1)

await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, work))
process.stdout.write(failed.length === 0 ? `all good in ${seconds(startedMs)} s\n` : `failed: ${failed.join(', ')}\n`)
process.exitCode = failed.length === 0 ? 0 : 1

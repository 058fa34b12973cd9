// `node bench/faults/break-it.ts`: the proof that the guard tests guard. Breaks delivery on purpose, one way at a time, in a temporary
// copy of the checkout (never in the checkout itself), and requires test/integration/delivery.test.ts to fail there; prints which
// test caught what. The untouched copy must pass first.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { root } from '#test/support/service-process.ts'
import { breakages, type Edit } from './breakages.ts'

const guard = 'test/integration/delivery.test.ts'
const copied = ['services', 'shared', 'migrations', 'test', 'package.json', 'tsconfig.json', 'vitest.config.ts']
const say = (text: string): void => void process.stdout.write(`${text}\n`)

async function main(): Promise<number> {
  const whole = await guards([])
  say(`untouched: ${whole.passed} tests pass, ${whole.failed.length} fail`)
  if (whole.failed.length > 0 || whole.passed === 0) return 1
  let missed = 0
  for (const { name, edits } of breakages) {
    const { failed, passed } = await guards(edits)
    if (failed.length === 0) missed++
    say(`${failed.length === 0 ? 'NOT CAUGHT' : 'caught'}: ${name} (${failed.length} tests fail, ${passed} pass)`)
    for (const { title, why } of failed) say(`    by "${title}": ${why}`)
  }
  say(missed === 0 ? `all ${breakages.length} breakages were caught; every copy is gone` : `${missed} breakages were not caught`)
  return missed === 0 ? 0 : 1
}

interface Verdict {
  passed: number
  failed: { title: string; why: string }[]
}

interface Report {
  testResults: { assertionResults: { status: string; fullName: string; failureMessages: string[] }[] }[]
}

/** Runs the guard tests in a copy with the edits; the copy is removed. */
async function guards(edits: readonly Edit[]): Promise<Verdict> {
  const copy = await mkdtemp(join(tmpdir(), 'afterlog-broken-'))
  try {
    for (const name of copied) await cp(join(root, name), join(copy, name), { recursive: true })
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'))
    for (const edit of edits) await apply(copy, edit)
    const report = join(copy, 'report.json')
    const args = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', guard, '--reporter=json', `--outputFile=${report}`]
    const child = spawn(process.execPath, args, { cwd: copy, stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.on('data', (text: Buffer) => (said += text.toString()))
    await once(child, 'close')
    const { testResults } = JSON.parse(
      await readFile(report, 'utf8').catch(() => Promise.reject(new Error(`vitest gave no report: ${said}`))),
    ) as Report
    const results = testResults.flatMap(({ assertionResults }) => assertionResults)
    return {
      passed: results.filter(({ status }) => status === 'passed').length,
      failed: results
        .filter(({ status }) => status === 'failed')
        .map(({ fullName, failureMessages }) => ({
          title: fullName,
          why: (failureMessages[0] ?? '').split('\n')[0]!.slice(0, 160),
        })),
    }
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

async function apply(copy: string, { file, find, put }: Edit): Promise<void> {
  const path = join(copy, file)
  if (!relative(root, path).startsWith('..')) throw new Error(`${path} is in the checkout itself`)
  const text = await readFile(path, 'utf8')
  const edited = text.replace(find, put)
  if (edited === text) throw new Error(`the breakage of ${file} finds nothing to break: ${String(find)}`)
  await writeFile(path, edited)
}

process.exitCode = await main()

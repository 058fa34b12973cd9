// `node bench/faults/break-it.ts`: the proof that the guard tests guard. Breaks delivery on purpose, one way at a time,
// in a temporary copy of the checkout (never in the checkout itself), and requires test/integration/delivery.test.ts to
// fail there; prints which test caught what. The untouched copy must pass first.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from '#test/support/service-process.ts'
import { breakages, type Edit } from './breakages.ts'
import { inBrokenCopy } from './broken-copy.ts'

const guard = 'test/integration/delivery.test.ts'
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
const guards = (edits: readonly Edit[]): Promise<Verdict> =>
  inBrokenCopy(edits, async (copy) => {
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
  })

process.exitCode = await main()

// `node bench/seal-lives.ts [--lives 1000] [--seed n]`: random lives, with refused lines, lines without numbers, and
// parts of the store that are truncated or removed while the service is stopped: no seal may be false, and none of a
// whole life is missing. test/e2e/damage.test.ts runs a few.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runSealLives } from '#test/support/seal-lives.ts'

const { values } = parseArgs({ options: { lives: { type: 'string', default: '1000' }, seed: { type: 'string' } } })
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31))
const dir = await mkdtemp(join(tmpdir(), 'afterlog-seal-lives-'))
process.stdout.write(`seed ${seed}\n`)
try {
  const outcome = await runSealLives({ dataDir: join(dir, 'data'), lives: Number(values.lives), seed })
  process.stdout.write(`${JSON.stringify({ ...outcome, wrong: outcome.wrong.length })}\n`)
  for (const text of outcome.wrong) process.stdout.write(`WRONG ${text}\n`)
  process.exitCode = outcome.wrong.length === 0 ? 0 : 1
} finally {
  await rm(dir, { recursive: true, force: true })
}

// `npm run test:logql-judge -- --seed N --lines 10000 --expressions 1000`: random LogQL of the language of Loki 2.2 is
// asked of a service over Loki's HTTP API and of Loki 2.2.1's own engine, over the same lines. Needs Go. Ends with the
// number of differences, and exit code 1 where there is one.
import { parseArgs } from 'node:util'
import { setup } from '#test/support/migrate-once.ts'
import { startTestService } from '#test/support/service.ts'
import { afterlogAt } from './loki/cases/afterlog.ts'
import { startJudge } from './loki/cases/judge.ts'
import { createJudgedProof } from './loki/judged/judged-proof.ts'
import { lokiVersion } from './loki/loki-module.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
    lines: { type: 'string', default: '10000' },
    expressions: { type: 'string', default: '1000' },
    /** Which one alone, to look at a difference. */
    only: { type: 'string' },
  },
})
const say = (text: string): void => void process.stdout.write(`${text}\n`)

async function prove(): Promise<number> {
  const [seed, count, wanted] = [Number(values.seed), Number(values.lines), Number(values.expressions)]
  say(`seed ${seed}: npm run test:logql-judge -- --seed ${seed} --lines ${count} --expressions ${wanted}`)
  await using judge = await startJudge()
  await using resources = new AsyncDisposableStack()
  resources.defer((await setup()) ?? (() => undefined))
  const { url } = resources.use(await startTestService({ AFTERLOG_QUERY_TIME_MS: '120000' }))
  const proof = await createJudgedProof({ afterlog: afterlogAt(url), judge, seed, count })
  const startedMs = performance.now()
  const left = new Map<string, number>()
  const tally = { values: 0, nothing: 0, refused: 0, different: 0 }
  for (let index = 0, asked = 0; asked < wanted; index++) {
    if (values.only !== undefined && Number(values.only) !== index) continue
    const judged = await proof.outcome(index)
    if ('leftOut' in judged) left.set(judged.leftOut, (left.get(judged.leftOut) ?? 0) + 1)
    else {
      asked++
      tally[judged.is]++
      if (judged.is === 'different') say(`#${index} ${judged.query}\n  ${judged.how}`)
      if (asked % 100 === 0) say(`${asked} expressions after ${((performance.now() - startedMs) / 1000).toFixed(0)} s`)
    }
    if (values.only !== undefined) break
  }
  for (const [why, times] of left) say(`left out ${times}: ${why}`)
  const { values: some, nothing, refused, different } = tally
  say(`${some} answers with values, ${nothing} empty, ${refused} refusals`)
  say(`${wanted} expressions over ${proof.lines} lines beside Loki ${lokiVersion}: ${different} differences`)
  return different
}

process.exitCode = (await prove()) === 0 ? 0 : 1

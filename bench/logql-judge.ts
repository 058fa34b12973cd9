// `npm run test:logql-judge -- --seed N --lines 10000 --expressions 1000`: random LogQL of the language of Loki 2.2 is
// asked of a service over Loki's HTTP API and of Loki 2.2.1's own engine, over the same lines. Needs Go. Ends with the
// number of differences, and exit code 1 where there is one.
import { readProofArguments, say, startProofService } from './load/proof.ts'
import { afterlogAt } from './loki/cases/afterlog.ts'
import { startJudge } from './loki/cases/judge.ts'
import { createJudgedProof } from './loki/judged/judged-proof.ts'
import { lokiVersion } from './loki/loki-module.ts'

async function prove(): Promise<number> {
  const { seed, lines: count, expressions: wanted, only } = readProofArguments('test:logql-judge')
  await using judge = await startJudge()
  await using service = await startProofService()
  const proof = await createJudgedProof({ afterlog: afterlogAt(service.url), judge, seed, count })
  const startedMs = performance.now()
  const left = new Map<string, number>()
  const tally = { values: 0, nothing: 0, refused: 0, different: 0 }
  for (let index = 0, asked = 0; asked < wanted; index++) {
    if (only !== undefined && only !== index) continue
    const judged = await proof.outcome(index)
    if ('leftOut' in judged) left.set(judged.leftOut, (left.get(judged.leftOut) ?? 0) + 1)
    else {
      asked++
      tally[judged.is]++
      if (judged.is === 'different') say(`#${index} ${judged.query}\n  ${judged.how}`)
      if (asked % 100 === 0) say(`${asked} expressions after ${((performance.now() - startedMs) / 1000).toFixed(0)} s`)
    }
    if (only !== undefined) break
  }
  for (const [why, times] of left) say(`left out ${times}: ${why}`)
  const { values: some, nothing, refused, different } = tally
  say(`${some} answers with values, ${nothing} empty, ${refused} refusals`)
  say(`${wanted} expressions over ${proof.lines} lines beside Loki ${lokiVersion}: ${different} differences`)
  return different
}

process.exitCode = (await prove()) === 0 ? 0 : 1

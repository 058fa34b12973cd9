// `npm run test:logql -- --seed N --lines 10000 --expressions 1000`: posts random lines to a real service, asks for them
// in random LogQL over Loki's HTTP API, and compares each answer with a plain evaluation of the same lines in memory
// (loki/plain). Ends with the number of differences, and exit code 1 where there is one.
import { readProofArguments, say, startProofService } from './load/proof.ts'
import { createProof } from './loki/proof.ts'

async function prove(): Promise<number> {
  const { seed, lines: count, expressions, only } = readProofArguments('test:logql')
  await using service = await startProofService()
  const proof = await createProof(service.url, { seed, count })
  const startedMs = performance.now()
  const tally = { values: 0, nothing: 0, refusal: 0, ambiguous: 0, different: 0 }
  for (let index = 0; index < expressions; index++) {
    if (only !== undefined && only !== index) continue
    const { asked, outcome } = await proof.outcome(index)
    if (index % 100 === 99) say(`${index + 1} expressions after ${((performance.now() - startedMs) / 1000).toFixed(0)} s`)
    tally[outcome.is === 'equal' ? outcome.about : outcome.is]++
    if (outcome.is === 'different') say(`#${index} ${asked}\n  ${outcome.how}`)
  }
  const { values: some, nothing, refusal, ambiguous, different } = tally
  say(`${some} answers with values, ${nothing} empty, ${refusal} refusals, ${ambiguous} with more than one right answer`)
  say(`${expressions} expressions over ${proof.lines} lines: ${different} differences`)
  return different
}

process.exitCode = (await prove()) === 0 ? 0 : 1

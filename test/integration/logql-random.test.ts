// Random LogQL over random lines in a whole service, compared with a plain evaluation of the lines in memory.
// bench/logql-proof.ts does the same with more of both.
import { expect, test } from 'vitest'
import { scale, seed } from '#test/support/campaign.ts'
import { startTestService } from '#test/support/service.ts'
import { createProof } from '../../bench/loki/proof.ts'

test('every expression has the answer of its plain evaluation', { timeout: 120_000 * scale }, async () => {
  await using service = await startTestService()
  const proof = await createProof(service.url, { seed, count: 450 })
  for (let index = 0; index < 60 * scale; index++) {
    const { asked, outcome } = await proof.outcome(index)
    expect(outcome.is, `${asked} ${JSON.stringify(outcome)}`).not.toBe('different')
  }
})

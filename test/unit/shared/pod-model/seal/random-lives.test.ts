import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sealOf } from '#shared/pod-model/seal/seal.ts'
import { scale, seed } from '#test/support/campaign.ts'
import { contradiction } from '#test/support/seal-truth.ts'
import { evidenceOfRecords, randomRun } from '#test/support/seal-runs.ts'

test(`of random lives none is sealed that lost a line, and none has a gap that lost none (seed ${seed})`, () => {
  const states = { sealed: 0, gap: 0, 'tail-unknown': 0, unsealed: 0 }
  fc.assert(
    fc.property(fc.integer(), (number) => {
      const run = randomRun(number, 'p', Date.UTC(2026, 10, 23, 14))
      const evidence = evidenceOfRecords(run.batches, run.end)
      const seal = sealOf(evidence)
      states[seal.state]++
      expect(contradiction(run, seal)).toBeUndefined()
      expect(sealOf({ ...evidence, stretches: evidence.stretches.toReversed() })).toEqual(seal)
    }),
    { seed, numRuns: 1000 * scale },
  )
  // The runs are of every kind, so that each promise was put to the test.
  for (const count of Object.values(states)) expect(count).toBeGreaterThan(50)
})

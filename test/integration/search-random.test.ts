// Random expressions over random lines on the real engine, compared with an evaluation in memory. bench/search-proof.ts
// does the same with more of both, and with bytes that are no text, through a whole service.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compileSearch } from '#test/support/compile-search.ts'
import { scale, seed } from '#test/support/campaign.ts'
import { openSearchRows, type SearchRows } from '#test/support/search-rows.ts'
import { writeExpression } from '../../bench/search-proof/expressions.ts'
import { makeLines } from '../../bench/search-proof/line-corpus.ts'
import { isTrue, modelOf } from '../../bench/search-proof/model.ts'
import { createRandom } from '../../bench/storage/random.ts'

const random = createRandom(seed)
const lines = makeLines(random, 400).map(modelOf)
let rows: SearchRows
beforeAll(async () => {
  rows = await openSearchRows(
    lines.map(({ stored, attributes, labels, severity, pod, restart }, at) => ({
      id: String(at),
      message: stored,
      attributes,
      labels,
      severity,
      pod,
      restart,
    })),
  )
})
afterAll(async () => {
  await rows.close()
})

test('every expression finds the lines for which it is true', { timeout: 120_000 * scale }, async () => {
  for (let left = 60 * scale; left > 0; left--) {
    const { expression, text } = writeExpression(random, lines)
    const due = lines.flatMap((line, at) => (isTrue(expression, line) ? [String(at)] : []))
    expect(await rows.find(compileSearch(text)), text).toEqual(due)
  }
})

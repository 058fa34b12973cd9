// Lines of a pod whose fragments are not all stored, on the real engine: a line takes nothing of what is behind a loss.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { scale, seed } from '#test/support/campaign.ts'
import { openQueryFixture, t0, type QueryFixture, type TestLine } from './query-fixture.ts'

let fixture: QueryFixture
beforeAll(async () => {
  fixture = await openQueryFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

interface Page {
  lines: { message: string; partial: boolean }[]
  next: string | null
}
async function walk(uid: string, query: string): Promise<string[]> {
  const seen: string[] = []
  for (let next: string | null = ''; next !== null;) {
    const url = `/v1/pods/${uid}/logs?${query}${next === '' ? '' : `&cursor=${next}`}`
    const answer = await fixture.app.inject({ url })
    expect(answer.statusCode, answer.body).toBe(200)
    const page: Page = answer.json()
    seen.push(...page.lines.map(({ message, partial }) => message + (partial ? '…' : '')))
    next = page.next
  }
  return seen
}

interface Written {
  stream: string
  partial: boolean
  isLost: boolean
}

/** What is to be read of a file: a row goes on with its stream's line where nothing between was lost. */
function linesOf(rows: readonly Written[]): { stream: string; text: string }[] {
  const lines: { stream: string; text: string; last: number; isOpen: boolean }[] = []
  rows.forEach(({ stream, partial, isLost }, i) => {
    if (isLost) return
    const line = lines.findLast((each) => each.stream === stream)
    if (line?.isOpen === true && !rows.slice(line.last, i).some((row) => row.isLost)) {
      line.text += `<${i}>`
      line.last = i
      line.isOpen = partial
    } else lines.push({ stream, text: `<${i}>`, last: i, isOpen: partial })
  })
  return lines.map(({ stream, text, isOpen }) => ({ stream, text: text + (isOpen ? '…' : '') }))
}

test('lines end where bytes are missing, whatever the pages, the direction and the streams that are asked for', async () => {
  let run = 0
  const row = fc.record({
    stream: fc.constantFrom('stdout', 'stderr'),
    partial: fc.boolean(),
    isLost: fc.integer({ min: 0, max: 5 }).map((number) => number === 0),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), fc.integer({ min: 1, max: 5 }), async (rows, limit) => {
      const uid = `lost-${run++}`
      await fixture.clear()
      const stored = rows.flatMap(({ stream, partial, isLost }, i): TestLine[] => {
        const place = { offset: i * 60, length: 60, file: 'f', ts: t0 + BigInt(i) }
        return isLost ? [] : [{ stream, pod_uid: uid, partial: partial ? 1 : 0, message: `<${i}>`, ...place }]
      })
      if (stored.length === 0) return
      await fixture.insert(stored)
      const lines = linesOf(rows)
      const all = lines.map(({ text }) => text)
      expect(await walk(uid, 'limit=100')).toEqual(all)
      expect(await walk(uid, `limit=${limit}`)).toEqual(all)
      expect(await walk(uid, `limit=${limit}&order=desc`)).toEqual(all.toReversed())
      const ofStdout = lines.filter(({ stream }) => stream === 'stdout').map(({ text }) => text)
      expect(await walk(uid, 'limit=100&stream=stdout')).toEqual(ofStdout)
      expect(await walk(uid, `limit=${limit}&stream=stdout&order=desc`)).toEqual(ofStdout.toReversed())
    }),
    { seed, numRuns: 6 * scale },
  )
})

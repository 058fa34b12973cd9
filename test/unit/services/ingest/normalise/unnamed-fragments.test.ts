// Fragments whose place does not name them: without an offset, and with times of microseconds, or all of one second.
// What comes again of them must neither take another line in, nor be taken for one that it is not.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeBatch } from '#ingest/formats/native-rows.ts'
import { OpenFragments } from '#ingest/normalise/open-fragments.ts'
import { decodeOptions, logRows, path } from '#test/support/decode.ts'
import { scale, seed } from '#test/support/campaign.ts'
import { rowStore, texts } from '#test/support/fragments.ts'

const [sameSecond, microseconds] = [0, 1000]

/** Records of a life; no two have one text. `stepNs`: between their times. */
function fileOf(tags: readonly ('P' | 'F')[], stepNs: number) {
  return tags.map((tag, i) => {
    const cri = `2026-11-23T10:00:00.${String(i * stepNs).padStart(9, '0')}Z stdout ${tag} <${i}>`
    return { path, cri }
  })
}

function linesOf(tags: readonly ('P' | 'F')[]): string[] {
  const lines: string[] = []
  let begun = ''
  for (const [i, tag] of tags.entries()) {
    begun += `<${i}>`
    if (tag === 'F') {
      lines.push(begun)
      begun = ''
    }
  }
  return begun === '' ? lines : [...lines, `${begun}…`]
}

function service() {
  const [store, open] = [rowStore(), new OpenFragments()]
  let receivedMs = decodeOptions.origin.receivedMs
  return {
    /** Each post comes 12 s after the one before, if `late`. */
    post(records: readonly unknown[], { late = false, batchId = '' } = {}): void {
      receivedMs += late ? 12_000 : 5
      const origin = { ...decodeOptions.origin, receivedMs, batchId }
      const decoded = decodeBatch(Buffer.from(JSON.stringify({ records })), { ...decodeOptions, origin, open })
      store.insert(logRows(decoded))
      decoded.fragments?.settle(true)
    },
    lines: (): string[] => texts(store.lines()).toSorted(),
  }
}

/** While a begin is open, nothing tells its end from another line of one second that is sent again. */
const isTold = (tags: readonly ('P' | 'F')[], stepNs: number): boolean => stepNs > 0 || tags.at(-1) !== 'P'

const tagLists = fc.array(fc.constantFrom('P' as const, 'P' as const, 'F' as const), { minLength: 1, maxLength: 9 })
const step = fc.constantFrom(sameSecond, microseconds)

describe('fragments without a place that names them', () => {
  test('sent again from the first on, in any groups, change nothing', () => {
    fc.assert(
      fc.property(
        tagLists,
        step,
        fc.array(fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }), { maxLength: 3 }),
        (tags, stepNs, resends) => {
          fc.pre(isTold(tags, stepNs))
          const records = fileOf(tags, stepNs)
          const { post, lines } = service()
          for (const cuts of [[], ...resends]) {
            let group: unknown[] = []
            for (const [i, record] of records.entries()) {
              group.push(record)
              if (cuts[i] !== true && i < records.length - 1) continue
              post(group)
              group = []
            }
            expect(lines()).toEqual(linesOf(tags).toSorted())
          }
        },
      ),
      { numRuns: scale * 300, seed },
    )
  })

  test('any of them sent again leave every line as it is, and beside it at most ends of lines', () => {
    const resend = fc.tuple(fc.nat(8), fc.integer({ min: 1, max: 4 }), fc.boolean())
    fc.assert(
      fc.property(tagLists, step, fc.array(resend, { maxLength: 5 }), fc.nat(9), (tags, stepNs, resends, before) => {
        const all: ('P' | 'F')[] = [...tags, 'F', 'F']
        const records = fileOf(all, stepNs)
        const { post, lines } = service()
        const end = linesOf(tags).at(-1)?.endsWith('…') === true ? tags.length + 1 : tags.length
        const now = Math.min(before, end)
        fc.pre(isTold(all.slice(0, now), stepNs))
        for (const record of records.slice(0, now)) post([record])
        for (const [from, length, late] of resends) post(records.slice(0, now).slice(from, from + length), { late })
        for (const record of records.slice(now)) post([record])
        const whole = linesOf(all)
        const found = lines()
        // A line that was open for longer than ten seconds is not joined without an offset.
        const mayBeApart = resends.some(([, , late]) => late)
        if (!mayBeApart) expect(found).toEqual(expect.arrayContaining(whole))
        const text = found.join('|')
        for (const i of all.keys()) expect(text).toContain(`<${i}>`)
        for (const line of found)
          expect(whole.some((one) => (mayBeApart ? one.includes(line.replace('…', '')) : one.endsWith(line)))).toBe(true)
      }),
      { numRuns: scale * 500, seed },
    )
  })

  test.each([sameSecond, microseconds])(
    'an acknowledged line is not taken for the end of a begin that comes again (%s ns)',
    (stepNs) => {
      const records = fileOf(['P', 'P', 'F', 'F', 'F'], stepNs)
      for (const again of [[0], [0, 1], [1]]) {
        const { post, lines } = service()
        post(records)
        post(again.map((i) => records[i]))
        post([{ path, cri: '2026-11-23T10:00:01Z stdout F later' }])
        expect(lines()).toEqual(['<0><1><2>', '<3>', '<4>', 'later'])
      }
    },
  )

  test('lines that begin alike at one time stay two', () => {
    const [begin, end, other] = ['P same', 'F one', 'F two'].map((text) => ({ path, cri: `2026-11-23T10:00:00Z stdout ${text}` }))
    const { post, lines } = service()
    post([begin, end])
    post([begin, other])
    expect(lines()).toEqual(['sameone', 'sametwo'])
  })

  test('so do those of two seconds in one post, and those of batches with ids of their own', () => {
    const said = (second: number, text: string) => ({ path, cri: `2026-11-23T10:00:0${second}Z stdout ${text}` })
    const [begin, end, begin2, end2] = [said(0, 'P same'), said(0, 'F one'), said(0, 'P same'), said(1, 'F two')]
    const { post, lines } = service()
    post([begin, end])
    post([begin2, end2])
    expect(lines()).toEqual(['sameone', 'sametwo'])
    const keyed = service()
    for (const [i, record] of [begin, end, begin, said(0, 'F one')].entries()) keyed.post([record], { batchId: `batch ${i}` })
    expect(keyed.lines()).toEqual(['sameone', 'sameone'])
  })
})

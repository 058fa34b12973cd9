// Fragments whose neighbours did not come, or came twice.
import { describe, expect, test } from 'vitest'
import { OpenFragments } from '#ingest/normalise/open-fragments.ts'
import { path, record } from '#test/support/decode.ts'
import { fileOf, fragment, post, rowStore, texts } from '#test/support/fragments.ts'

test('a line whose rest is lost takes nothing of the next one', () => {
  const records = fileOf(
    ['P', 'F', 'F'].map((tag, i) => ({ tag: tag as 'P' | 'F', text: String(i), stream: 'stdout' as const })),
    { placed: true },
  )
  const [store, open] = [rowStore(), new OpenFragments()]
  post(store, open, [records[0]])
  post(store, open, [records[2]])
  expect(texts(store.lines())).toEqual(['0…', '2'])
})

test('a line whose rest is lost takes nothing of the next one within a batch, and is there', () => {
  for (const tag of ['P', 'F'] as const) {
    const [begin, , next] = fileOf([fragment('P', 'hel'), fragment('F', 'lo'), fragment(tag, 'next')], { placed: true })
    const store = rowStore()
    post(store, new OpenFragments(), [begin, { path, cri: 5 }, next])
    expect(texts(store.lines())).toEqual(['hel…', tag === 'P' ? 'next…' : 'next'])
  }
})

test('a record that stands twice in one batch is one fragment', () => {
  const [begin, end] = fileOf([fragment('P', 'hel'), fragment('F', 'lo')], { placed: true })
  for (const records of [
    [begin, begin, end],
    [begin, end, end],
    [begin, end, begin],
    [begin, end, begin, end],
  ]) {
    const store = rowStore()
    post(store, new OpenFragments(), records)
    expect(texts(store.lines())).toEqual(['hello'])
  }
})

test('a batch keeps 10,000 lines open; of more, the oldest are rows of their own', () => {
  const records = Array.from({ length: 10_050 }, (_, i) => ({
    ...record,
    pod: `p${i}`,
    podUid: `u${i}`,
    message: 'begin',
    partial: true,
  }))
  const end = (i: number) => ({ ...record, pod: `p${i}`, podUid: `u${i}`, message: 'end' })
  const store = rowStore()
  post(store, new OpenFragments(), [...records, end(0), end(10_049)])
  const ofPod = (i: number) => texts(store.lines().filter(({ pod_uid }) => pod_uid === `u${i}`))
  expect([ofPod(0), ofPod(10_049)]).toEqual([['begin…', 'end'], ['beginend']])
  expect(store.lines()).toHaveLength(10_051)
})

describe('the first line of the next file is no end of a line', () => {
  const at = (file: string, offset: number, message: string, over: object = {}) => ({
    ...record,
    time: `2026-11-23T10:00:0${file === 'b' ? 2 : Math.min(offset, 1)}.${String(100_000_007 + offset)}Z`,
    file,
    offset,
    length: 10,
    stream: 'stdout',
    message,
    ...over,
  })
  const begin = at('a', 0, 'AAA', { partial: true })
  const own = at('b', 0, 'own')
  /** In one post, in as many as there are records, and with what came again. */
  const linesOf = (...records: object[]): string[][] =>
    [[records], records.map((one) => [one]), [records.slice(0, 1), records.slice(0, 2), records.slice(2)]].map((posts) => {
      const [store, open] = [rowStore(), new OpenFragments()]
      for (const each of posts) post(store, open, each)
      return texts(store.lines())
    })
  const always = (...lines: string[]): string[][] => [lines, lines, lines]

  test('where a record of its file proves that the end is lost', () => {
    for (const stream of ['stdout', 'stderr']) {
      const far = at('a', 5000, 'far', { stream })
      expect(linesOf(begin, far, own), stream).toEqual(always('AAA…', 'far', 'own'))
      expect(linesOf(begin, { ...far, partial: true, message: 'f' }, own)[0], stream).not.toContain('AAAown')
    }
    const unnamed = (one: object) => ({ ...one, file: '' })
    expect(linesOf(unnamed(begin), unnamed(at('a', 5000, 'far')), unnamed(own))).toEqual(always('AAA…', 'far', 'own'))
    // The end, or a line of stderr in front of it, came before the begin.
    expect(linesOf(begin, at('b', 10, 'end'), at('c', 0, 'own', { time: '2026-11-23T10:00:03.1Z' }))).toEqual(
      always('AAA…', 'end', 'own'),
    )
    // Nor does the line go on behind a line of stderr there.
    const err = at('b', 0, 'err', { stream: 'stderr' })
    expect(linesOf(begin, at('a', 5000, 'far'), err, at('b', 10, 'own'))).toEqual(always('AAA…', 'far', 'err', 'own'))
  })

  test('but it is where no record does, and what comes late is still a part of the line', () => {
    const err = (offset: number) => at('a', offset, 'err', { stream: 'stderr' })
    expect(linesOf(begin, err(10), own)).toEqual(always('AAAown', 'err'))
    expect(linesOf(begin, at('a', 5000, 'far'), at('a', 10, 'end'))).toEqual(always('AAAend', 'far'))
    // Of an older file, which comes again.
    const older = at('c', 5000, 'old', { time: '2026-11-23T09:59:59.100000007Z' })
    expect(linesOf(begin, older, own)).toEqual(always('old', 'AAAown'))
  })
})

// Fragments whose neighbours did not come, or came twice.
import { expect, test } from 'vitest'
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

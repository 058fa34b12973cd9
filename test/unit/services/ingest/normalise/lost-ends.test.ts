// Fragments whose neighbours did not come, or came twice.
import { expect, test } from 'vitest'
import { OpenFragments } from '#ingest/normalise/open-fragments.ts'
import { path } from '#test/support/decode.ts'
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

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openCorpus, readBatches, type Corpus } from '../../../../../bench/search/corpus/batches.ts'

interface Sent {
  time: string
  namespace: string
  pod: string
  node: string
  severity: string
  traceId?: string
  message: string
}

const folder = mkdtempSync(join(tmpdir(), 'afterlog-corpus-test-'))
let corpus: Corpus
let batches: Buffer[]
let lines: Sent[]

const linesOf = (batch: Buffer): Sent[] =>
  batch
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Sent)

beforeAll(async () => {
  corpus = openCorpus({ folder, seed: 5, lines: 50_000 })
  batches = await Array.fromAsync(readBatches(corpus, { resend: false }))
  lines = batches.flatMap(linesOf)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the batches of a corpus', () => {
  test('have each line once, in batches of one node', () => {
    expect(lines).toHaveLength(50_000)
    expect(new Set(lines.map(({ time }) => time)).size).toBe(50_000)
    for (const batch of batches) expect(new Set(linesOf(batch).map(({ node }) => node)).size).toBe(1)
  })

  test('come again where they are resent: one of a hundred, later, byte for byte', async () => {
    const all = await Array.fromAsync(readBatches(corpus, { resend: true }))
    const again = all.filter((batch, i) => all.findIndex((other) => other.equals(batch)) < i)
    expect(again).toHaveLength(Math.ceil(batches.length / 100))
    expect(all).toHaveLength(batches.length + again.length)
  })

  test('are the same when the folder has them already', async () => {
    const other = openCorpus({ folder, seed: 5, lines: 50_000, said: () => expect.fail('made again') })
    const read = await Array.fromAsync(readBatches(other, { resend: false }))
    expect(Buffer.concat(read).equals(Buffer.concat(batches))).toBe(true)
  })
})

describe('the answers of the manifest', () => {
  const expected = (name: string) => corpus.manifest.questions.find((question) => question.name === name)!.expected
  const times = (select: (line: Sent) => boolean): string[] =>
    lines
      .filter(select)
      .map(({ time }) => time)
      .toSorted()
      .toReversed()

  test('are those that the batches give, line by line', () => {
    const { busy } = corpus.manifest
    const ofBusy = times(({ namespace, pod }) => namespace === busy.namespace && pod === busy.pod)
    expect(expected('newest 1000 of a busy pod')).toMatchObject({ count: 1000, newest: ofBusy[0], oldest: ofBusy[999] })
    const everything = times(() => true)
    expect(expected('a page 50 pages deep')).toMatchObject({ count: 100, newest: everything[5000], oldest: everything[5099] })
    expect(expected('all lines, counted')).toEqual({ kind: 'count', count: 50_000 })
    expect(expected('a word that is nowhere')).toMatchObject({ count: 0 })
    const words = lines.filter(({ message }) => message.split(/\W+/).includes('timeout'))
    const buckets = expected('a word, every 5 minutes')
    expect(buckets.kind === 'buckets' && Object.values(buckets.buckets).reduce((sum, count) => sum + count, 0)).toBe(words.length)
    const errors = Object.groupBy(
      lines.filter(({ severity }) => severity === 'error'),
      ({ namespace }) => namespace,
    )
    const groups = Object.fromEntries(Object.entries(errors).map(([namespace, some]) => [namespace, some!.length]))
    expect(expected('errors, by namespace')).toMatchObject({ groups })
  })

  test('are about something: no question has an empty answer but the one for a word that is nowhere', () => {
    for (const { name, expected: answer } of corpus.manifest.questions) {
      const size = 'count' in answer ? answer.count : Object.keys('groups' in answer ? answer.groups : answer.buckets).length
      if (name !== 'a word that is nowhere') expect(size, name).toBeGreaterThan(0)
    }
  })
})

// Lines that are cut, over HTTP and on the real engine: those that differ only behind the cut are two, and one that
// comes again is one, without offsets too.
import { hash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { messagesOf, post, record, someTime, type TestRecord } from '#test/support/lines.ts'
import { startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startTestService()
})
afterAll(async () => service[Symbol.asyncDispose]())

const digestOf = (text: string): string => hash('sha256', text, 'hex').slice(0, 16)
const long = 'x'.repeat(300_000)
const piecesOf = (end: string): string[] => [...Array.from({ length: 5 }, () => 'é'.repeat(120_000)), `z${end}`]
const fragmentsOf = (pieces: readonly string[], more: Partial<TestRecord> = {}): TestRecord[] =>
  pieces.map((message, i) =>
    record(message, { time: someTime.replace('123456789', `12345678${i}`), partial: i < pieces.length - 1, ...more }),
  )

test.each<[string, (end: string) => TestRecord[]]>([
  ['messages', (end) => [record(long + end)]],
  ['attributes', (end) => [record('x', { attributes: { key: long + end } })]],
  ['labels', (end) => [record('x', { labels: { key: long + end } })]],
  ['joined lines', (end) => fragmentsOf(piecesOf(end))],
])('%s that differ behind the cut are two lines in two posts, and each is one when it comes again', async (kind, recordsOf) => {
  const at = { url: service.url, tenant: `cut-${kind.replace(' ', '-')}` }
  for (const end of ['a', 'b', 'a', 'b']) expect((await post(at, recordsOf(end))).status).toBe(200)
  expect(await messagesOf(at)).toHaveLength(2)
})

test('a line that the projector joins is the line that ingest joins', { timeout: 180_000 }, async () => {
  const tenant = 'default'
  const pieces = piecesOf('')
  const text = pieces.join('')
  const records = fragmentsOf(pieces, { pod: 'long', podUid: 'uid-long' }).map((each, i) => ({
    ...each,
    offset: i * 240_050,
    length: i < 5 ? 240_050 : 51,
    file: 'a',
  }))
  await post({ url: service.url, tenant }, records.slice(0, 3))
  service = await service.restarted()
  const at = { url: service.url, tenant }
  await post(at, records.slice(3))
  const mark = ` …[cut by Afterlog: the first 1048576 of 1200001 bytes, SHA-256 ${digestOf(text)}]`
  await expect
    .poll(async () => (await messagesOf(at)).map((each) => each.slice(-mark.length)), { timeout: 90_000 })
    .toEqual([mark])
  service = await service.restarted()
  await post({ url: service.url, tenant }, records)
  expect(await messagesOf({ url: service.url, tenant })).toHaveLength(1)
})

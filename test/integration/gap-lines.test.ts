// GET /v1/pods/{uid}/logs?gaps=true: what is missing is drawn where it is missing, once, in every type, order and page
// size.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createIngest } from '#ingest/service.ts'
import { linesAnswer } from '#query/logs/logs-schema.ts'
import { createQuery } from '#query/service.ts'
import { scale } from '#test/support/campaign.ts'
import { containerLog } from '#test/support/container-log.ts'
import { request, startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
const startMs = Math.floor(Date.now() / 86_400_000) * 86_400_000 - 2 * 86_400_000 + (14 * 60 + 3) * 60_000
/**
 * Two files of ten lines: 1 to 5 came of the first but 3, and 12 to 19 of both; the other container said everything.
 */
const log = containerLog([10, 10], { podUid: 'gaps', startMs })
const came = log.flat().filter((_, index) => [1, 2, 4, 5].includes(index) || (index >= 12 && index !== 15))
const other = containerLog([3], { podUid: 'gaps', startMs: startMs + 500, stepMs: 8_000 })[0]!.map((line) => ({
  ...line,
  path: line.path.replace('/app/', '/proxy/'),
  cri: line.cri.replace(/line.*/, 'proxied'),
}))

beforeAll(async () => {
  service = await startTestService({}, [createIngest, createQuery])
  for (const records of [came, other, came.slice(3)])
    await request(`${service.url}/v1/batches`, {
      method: 'POST',
      body: JSON.stringify({ records }),
      headers: { 'content-type': 'application/json' },
    })
})
afterAll(() => service[Symbol.asyncDispose]())

type Answer = ReturnType<typeof linesAnswer.parse>
const get = async (query: string): Promise<Answer> =>
  linesAnswer.parse((await request(`${service.url}/v1/pods/gaps/logs?${query}`)).body)
const text = async (query: string, accept = 'text/plain'): Promise<string[]> =>
  (await (await fetch(`${service.url}/v1/pods/gaps/logs?${query}`, { headers: { accept } })).text()).split('\n').slice(0, -1)
const short = ({ gap, message }: Pick<Answer['lines'][number], 'gap' | 'message'>): string =>
  gap === undefined ? message.replace(' of gaps', '') : `gap of ${gap.bytes}`
const sizeOf = (...indexes: number[]): string => `gap of ${indexes.reduce((sum, index) => sum + log.flat()[index]!.length!, 0)}`

const drawn = [
  'proxied',
  sizeOf(0),
  'line 1',
  'line 2',
  sizeOf(3),
  'line 4',
  'line 5',
  'proxied',
  sizeOf(10, 11),
  'line 12',
  'line 13',
  'line 14',
  sizeOf(15),
  'line 16',
  'proxied',
  'line 17',
  'line 18',
  'line 19',
]
const plain = drawn.filter((line) => !line.startsWith('gap'))

async function walk(query: string, limit: number): Promise<string[]> {
  const seen: string[] = []
  for (let next: string | null = ''; next !== null;) {
    const page: Answer = await get(`${query}&limit=${limit}${next === '' ? '' : `&cursor=${next}`}`)
    expect(page.lines.filter(({ gap }) => gap === undefined).length).toBeLessThanOrEqual(limit)
    seen.push(...page.lines.map(short))
    next = page.next
  }
  return seen
}

describe('gaps are drawn', () => {
  test('in place, in both orders', async () => {
    expect((await get('gaps=true')).lines.map(short)).toEqual(drawn)
    expect((await get('gaps=true&order=desc')).lines.map(short)).toEqual(drawn.toReversed())
  })

  // Each size by night, by day those that cut before a gap, behind it and between two lines.
  test.each(scale === 1 ? [2, 3] : [1, 2, 3, 5, 18])('each once across pages of %i lines, and no line is lost', async (limit) => {
    expect(await walk('gaps=true', limit)).toEqual(drawn)
    expect(await walk('gaps=true&order=desc', limit)).toEqual(drawn.toReversed())
  })

  test('not unless asked for', async () => {
    expect((await get('')).lines.map(short)).toEqual(plain)
    expect((await get('gaps=false')).lines.every((line) => !('gap' in line))).toBe(true)
  })

  test('as lines of the contract, with what is missing and why', async () => {
    const gap = (await get('gaps=true')).lines.find((line) => line.gap?.reason === 'lost at rotation')!
    expect(gap).toMatchObject({
      podUid: 'gaps',
      pod: 'cart',
      container: 'app',
      restart: 0,
      stream: '',
      severity: '',
      offset: null,
      gap: { from: `${new Date(startMs + 5000).toISOString().slice(0, 19)}.000000000Z`, to: gap.time },
      message: expect.stringMatching(/^── gap 20\d\d-\d\d-\d\d 14:03:05–14:03:12 UTC, \d+ bytes, lost at rotation ──$/),
    })
  })

  test('in text and NDJSON as in JSON, also with a limit', async () => {
    const { lines } = await get('gaps=true')
    for (const more of ['', '&limit=100']) {
      expect(await text(`gaps=true${more}`)).toEqual(lines.map(({ message }) => message))
      const rows = await text(`gaps=true${more}`, 'application/x-ndjson')
      expect(rows.map((row) => JSON.parse(row) as unknown)).toEqual(lines)
    }
  })

  test('of the containers, lives and times that are asked for', async () => {
    expect((await get('gaps=true&container=proxy')).lines.map(short)).toEqual(['proxied', 'proxied', 'proxied'])
    expect((await get('gaps=true&life=7')).lines).toEqual([])
    const from = new Date(startMs + 4000).toISOString()
    const to = new Date(startMs + 13_000).toISOString()
    const within = (await get(`gaps=true&container=app&from=${from}&to=${to}`)).lines.map(short)
    expect(within).toEqual([sizeOf(3), 'line 4', 'line 5', sizeOf(10, 11), 'line 12'])
  })

  test('whatever lines a filter leaves out', async () => {
    expect((await get('gaps=true&q=17')).lines.map(short)).toEqual([sizeOf(0), sizeOf(3), sizeOf(10, 11), sizeOf(15), 'line 17'])
    expect((await get('gaps=true&q=nothing')).lines.map(short)).toEqual([sizeOf(0), sizeOf(3), sizeOf(10, 11), sizeOf(15)])
  })

  test('between the lines of a tail, against which they do not count', async () => {
    const lastFive = [sizeOf(15), 'line 16', 'proxied', 'line 17', 'line 18', 'line 19']
    expect((await get('gaps=true&tail=6')).lines.map(short)).toEqual(['line 14', ...lastFive])
    expect((await get('gaps=true&tail=5')).lines.map(short)).toEqual(lastFive.slice(1))
    expect((await get('gaps=true&tail=6&order=desc')).lines.map(short)).toEqual(['line 14', ...lastFive].toReversed())
    expect((await get('gaps=true&tail=100')).lines.map(short)).toEqual(drawn)
    expect((await get('gaps=true&tail=0')).lines).toEqual([])
    expect(await walk('gaps=true&tail=6&order=desc', 2)).toEqual(['line 14', ...lastFive].toReversed())
    expect(await walk('gaps=true&tail=6', 2)).toEqual(['line 14', ...lastFive])
  })
})

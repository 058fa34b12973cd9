// A tail whose client reads too slowly says how many lines it left out, over HTTP; others miss nothing.
import { once } from 'node:events'
import http from 'node:http'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { createLineBuffers } from '#query/tail/line-buffer.ts'
import { openQueryFixture, t0, type QueryFixture } from './query-fixture.ts'

let fixture: QueryFixture
let base: string
beforeAll(async () => {
  fixture = await openQueryFixture({ buffers: createLineBuffers({ linesMax: 100 }) })
  base = await fixture.app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => fixture[Symbol.asyncDispose]())

async function openTail(query: string) {
  const request = http.get(`${base}/v1/logs/tail?${query}`)
  onTestFinished(() => void request.destroy())
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  let text = ''
  response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  const events = (name: string): Record<string, unknown>[] =>
    [...text.matchAll(new RegExp(`^event: ${name}\\n(?:id: .*\\n)?data: (.*)\\n`, 'gm'))].map(
      ([, data]) => JSON.parse(data!) as Record<string, unknown>,
    )
  return {
    response,
    lines: () => events('line').length,
    dropped: () => events('dropped'),
    droppedLines: () => events('dropped').reduce((sum, { count }) => sum + Number(count), 0),
  }
}

test('what a slow client got and what was dropped are all lines that were stored', async () => {
  const slow = await openTail('podUid=slow')
  const quick = await openTail('podUid=slow&q=short')
  slow.response.pause()
  const sent = 3000
  for (let first = 0; first < sent; first += 100)
    await fixture.insert(
      Array.from({ length: 100 }, (_, i) => ({
        ts: t0 + BigInt(first + i),
        pod_uid: 'slow',
        message: i === 0 ? 'short' : 'x'.repeat(8000),
        seq: first + i,
      })),
    )
  await expect.poll(quick.lines, { timeout: 20_000 }).toBe(sent / 100)
  slow.response.resume()
  await expect.poll(() => slow.lines() + slow.droppedLines(), { timeout: 20_000 }).toBe(sent)
  expect(slow.droppedLines()).toBeGreaterThan(500)
  expect(quick.dropped()).toEqual([])
  const [first] = slow.dropped()
  expect(first).toEqual({
    count: expect.any(Number),
    from: expect.stringMatching(/^2026-11-23T10:00:00\.\d{9}Z$/),
    to: expect.stringMatching(/^2026-11-23T10:00:00\.\d{9}Z$/),
  })
})

// /v1/logs/tail as NDJSON and as text, chosen by Accept.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openQueryFixture, t0, type QueryFixture } from './query-fixture.ts'

let fixture: QueryFixture
let base: string
beforeAll(async () => {
  fixture = await openQueryFixture()
  base = await fixture.app.listen({ host: '127.0.0.1', port: 0 })
})
afterAll(() => fixture[Symbol.asyncDispose]())

const read = async (accept: string, query: string, messages: readonly string[]): Promise<string[]> => {
  fixture.clock.now += 600_000
  const leaving = new AbortController()
  const answer = await fetch(`${base}/v1/logs/tail?${query}`, { headers: { accept }, signal: leaving.signal })
  expect(answer.headers.get('content-type')).toBe(`${accept}; charset=utf-8`)
  await fixture.insert(messages.map((message, i) => ({ ts: t0 + BigInt(i), message, received: ++fixture.clock.now })))
  let text = ''
  for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    if (text.includes(messages.at(-1)!)) break
  }
  leaving.abort()
  return text.trimEnd().split('\n')
}

test('NDJSON has a line on each line, and text the time, the pod and the container before it', async () => {
  const lines = await read('application/x-ndjson', 'namespace=shop', ['one', 'two'])
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ message: 'one' }, { message: 'two' }])
  expect(await read('text/plain', 'namespace=shop', ['three'])).toEqual(['2026-11-23T10:00:00.000000000Z cart app three'])
})

test('text of one pod is bare, unless the request says otherwise', async () => {
  expect(await read('text/plain', 'pod=cart', ['four'])).toEqual(['four'])
  expect(await read('text/plain', 'pod=cart&prefix=true&timestamps=false', ['five'])).toEqual(['cart app five'])
  expect(await read('text/plain', 'prefix=false', ['six'])).toEqual(['six'])
})

test('a form that the tail does not have is refused', async () => {
  const answer = await fetch(`${base}/v1/logs/tail`, { headers: { accept: 'application/json' } })
  expect(answer.status).toBe(406)
  expect(await answer.json()).toMatchObject({ parameter: 'Accept' })
})

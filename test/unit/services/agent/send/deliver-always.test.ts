import { expect, test } from 'vitest'
import { deliverAlways } from '../../../../../services/agent/send/deliver-always.ts'

const batch: { body: Buffer; cuts: number[] } = { body: Buffer.from('{}\n'), cuts: [] }
const json = (status: number, body: object, type = 'application/json') =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': type } })
const problem = (status: number, code: string, detail: string) =>
  json(status, { type: `urn:afterlog:error:${code}`, detail }, 'application/problem+json')
const ok = () => json(200, { accepted: 1, rejected: 0, rejects: [] })

function delivered(answers: (() => Response)[], signal = new AbortController().signal, sent = batch) {
  const waits: (string | undefined)[] = []
  const client = { post: async () => answers.shift()!(), get: () => Promise.reject(new Error('never asked')) }
  const deliver = deliverAlways({
    client,
    headers: {},
    compress: false,
    signal,
    onWait: (sentence) => waits.push(sentence),
    pauseMs: 1,
  })
  return { outcome: deliver(sent), waits }
}

test('what a service would not take is sent until it does', async () => {
  const { outcome, waits } = delivered([
    () => json(403, { detail: 'no' }),
    () => new Response('<html>', { status: 200 }),
    () => json(400, {}, 'text/html'),
    () => json(503, {}),
    ok,
  ])
  expect(await outcome).toMatchObject({ accepted: 1 })
  expect(waits).toHaveLength(5)
})

test('a batch that the service itself refuses is kept, and what it says of it is told', async () => {
  const { outcome, waits } = delivered([() => problem(400, 'invalid-parameter', 'no tenant'), ok])
  expect(await outcome).toMatchObject({ accepted: 1, givenUp: [] })
  expect(waits[0]).toContain('400: no tenant')
})

test.each([400, 413])('a problem of RFC 9457 with %i that is not of the service is waited for', async (status) => {
  const { outcome, waits } = delivered([
    () => json(status, { type: 'about:blank', title: 'no' }, 'application/problem+json'),
    () => json(status, { title: 'no' }, 'application/problem+json'),
    ok,
  ])
  expect(await outcome).toMatchObject({ accepted: 1, givenUp: [] })
  expect(waits).toHaveLength(2)
})

test.each([
  { accepted: 0, rejected: 0, rejects: [] },
  { accepted: 7, rejected: 0, rejects: [] },
  { accepted: 1, rejected: 0, rejects: '' },
  { accepted: 1, rejected: 0 },
  { accepted: '1', rejected: 0, rejects: [] },
  { accepted: 2, rejected: -1, rejects: [] },
  { accepted: 0, rejected: 1, rejects: [null] },
  { rejects: '' },
  {},
  [],
  null,
])('an answer that is not one for what was sent moves nothing: %j', async (answer) => {
  const { outcome, waits } = delivered([() => new Response(JSON.stringify(answer)), ok])
  expect(await outcome).toMatchObject({ accepted: 1 })
  expect(waits[0]).toMatch(/address/)
})

test('a proxy that finds one record too large is waited for', async () => {
  const { outcome, waits } = delivered([() => new Response('413 nope', { status: 413 }), ok])
  expect(await outcome).toEqual({ accepted: 1, refused: new Map(), givenUp: [] })
  expect(waits[0]).toContain('413, and not as Afterlog does')
})

test('records that are too large for the service itself are given up, one by one', async () => {
  const { outcome } = delivered([() => problem(413, 'too-large', 'too large')])
  expect((await outcome).givenUp).toMatchObject([{ records: 1, sentence: '413: too large' }])
})

test('a batch that is too large for a proxy is halved', async () => {
  const two = { body: Buffer.from('{}\n{}\n'), cuts: [3] }
  const { outcome, waits } = delivered([() => new Response('413 nope', { status: 413 }), ok, ok], undefined, two)
  expect(await outcome).toMatchObject({ accepted: 2 })
  expect(waits).toEqual([])
})

test('a stop ends the waiting', async () => {
  const stop = new AbortController()
  const { outcome } = delivered([() => json(403, {}), () => (stop.abort(), json(403, {}))], stop.signal)
  await expect(outcome).rejects.toThrow(/abort/i)
})

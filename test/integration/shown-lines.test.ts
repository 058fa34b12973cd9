// traces=true and json=true over HTTP, which change what a reader is shown and nothing of what is stored; and the ids
// that ingest reads in a text.
import { expect, test } from 'vitest'
import { post, record } from '#test/support/lines.ts'
import { request, startTestService } from '#test/support/service.ts'

test('the lines of a stack trace have a mark where it is asked for', async () => {
  await using service = await startTestService()
  const texts = ['ERROR failed', 'java.lang.Error: no', '  at a.B(B.java:1)', 'Caused by: x.Y', '  ... 3 more', 'next']
  await post(
    { url: service.url, tenant: 'default' },
    texts.map((text) => record(text)),
  )
  for (const path of ['/v1/logs?', '/v1/pods/uid-cart/logs?'])
    for (const order of ['asc', 'desc']) {
      const read = async (query: string) =>
        (await request(`${service.url}${path}order=${order}${query}`)).body['lines'] as { message: string; continues?: true }[]
      const marked = await read('&traces=true')
      const inOrder = order === 'asc' ? marked : marked.toReversed()
      expect(inOrder.map(({ message }) => message)).toEqual(texts)
      expect(inOrder.map(({ continues }) => continues)).toEqual([undefined, undefined, true, true, true, undefined])
      expect((await read('')).some((line) => 'continues' in line)).toBe(false)
    }
})

test('the keys of a message that is JSON are attributes where it is asked for, and its trace id is one of the line', async () => {
  await using service = await startTestService()
  const ids = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7' }
  const message = JSON.stringify({ msg: 'paid', user: { id: 7 }, trace_id: ids.traceId.toUpperCase(), spanID: ids.spanId })
  await post({ url: service.url, tenant: 'default' }, [record(message, { attributes: { shop: 'x' } }), record('{"msg":')])
  for (const path of ['/v1/logs', '/v1/pods/uid-cart/logs']) {
    const read = async (query: string) =>
      (await request(`${service.url}${path}?q=${encodeURIComponent(`traceId:${ids.traceId}`)}${query}`)).body['lines']
    const attributes = { msg: 'paid', 'user.id': '7', trace_id: ids.traceId.toUpperCase(), spanID: ids.spanId, shop: 'x' }
    expect(await read('')).toMatchObject([{ message, ...ids, attributes: { shop: 'x' } }])
    expect(await read('&json=true')).toMatchObject([{ message, ...ids, attributes }])
  }
})

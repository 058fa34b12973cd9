// traces=true over HTTP: lines that go on with the one before have a mark, in both orders, and are stored as they were.
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

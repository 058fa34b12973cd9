// What a line is does not depend on the protocol that brings it: identity, order, fragments, severity, times and rejects
// are the same over each of them.
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { agentLine, type AgentLine, type AgentProtocol } from '#test/support/agents/protocol.ts'
import { protocols } from '#test/support/agents/protocols.ts'
import { answersOf, messagesOf, once, type Poster } from '#test/support/lines.ts'
import { request, startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startTestService(Object.assign({}, ...protocols.map(({ env }) => env)) as Record<string, string>)
})
afterAll(async () => service[Symbol.asyncDispose]())

let tenants = 0
const poster = (): Poster => ({ url: service.url, tenant: `t${tenants++}` })

const ms = BigInt(Date.now() - 60_000)
const time = ms * 1_000_000n + 456_789n
const line = (message: string | Buffer, more: Partial<AgentLine> = {}): AgentLine => agentLine(time, message, more)

async function linesOf({ url, tenant }: Poster): Promise<Record<string, unknown>[]> {
  const { body } = await request(`${url}/v1/logs?order=asc&limit=1000`, { headers: { 'x-scope-orgid': tenant } })
  return body['lines'] as Record<string, unknown>[]
}
async function lettersOf({ url, tenant }: Poster): Promise<{ reason: string; code: string; payload: unknown }[]> {
  const { body } = await request(`${url}/v1/dead-letters`, { headers: { 'x-scope-orgid': tenant } })
  return body['deadLetters'] as { reason: string; code: string; payload: unknown }[]
}

// Side by side, since most of their time is waiting; each has a tenant of its own.
describe.concurrent.each(protocols.map((protocol) => [protocol.name, protocol] as const))('%s', (_name, protocol) => {
  type What = NonNullable<AgentProtocol['lacks']>[number]
  const can = (what: What): boolean => protocol.lacks?.includes(what) !== true
  /** There is no test of what the protocol has no room for: docs/formats.md says what that is, and a test compares. */
  const whereItCan = (what: What) => (name: string, run: () => Promise<void>) => {
    if (can(what)) test(name, run)
  }
  const sent = async (at: Poster, ...lines: AgentLine[]): Promise<void> => {
    const { status, body } = await protocol.send(at, lines)
    expect(status, body).toBeLessThan(300)
  }

  test('a line has its time to the ns, its names and numbers, its labels and attributes', async () => {
    const at = poster()
    const more = { labels: { app: 'cart', 'app.kubernetes.io/part-of': 'shop' }, attributes: { 'order.id': 'o-17' } }
    await sent(at, line('boom "quoted" \\ back', { offset: 18_231, ...more }))
    const [stored, ...others] = await linesOf(at)
    expect(others).toEqual([])
    const { message, namespace, pod, podUid, container, restart, stream } = line('boom "quoted" \\ back')
    expect(stored).toMatchObject({ namespace, pod, podUid, container, restart, stream, message: message.toString() })
    const digits = can('nanoseconds') ? '456789' : '456000'
    expect(stored!['time']).toBe(`${new Date(Number(ms)).toISOString().slice(0, 23)}${digits}Z`)
    expect(stored!['offset']).toBe(can('offset') ? 18_231 : null)
    if (can('labels')) expect(stored!['labels']).toEqual(more.labels)
    if (can('attributes')) expect(stored!['attributes']).toMatchObject(more.attributes)
  })

  test('lines of one time keep their order, in one post and over posts; equal lines of one post are two', async () => {
    const at = poster()
    await sent(at, line('c'), line('a'), line('c'))
    await sent(at, line('b'))
    expect(await messagesOf(at)).toEqual(['c', 'a', 'c', 'b'])
  })

  whereItCan('offset')('what is sent again adds nothing, and changes no answer', async () => {
    const at = poster()
    const lines = [line('x', { offset: 0 }), line('y', { offset: 60 }), line('y', { offset: 120 })]
    await sent(at, ...lines)
    await sent(at, lines[1]!, lines[0]!)
    await sent(at, ...lines)
    expect(await answersOf(at)).toEqual(once(['x', 'y', 'y']))
  })

  whereItCan('fragments')('fragments are one line, in one post and over posts', async () => {
    const at = poster()
    // Where they start in a file of CRI lines.
    const [begin, middle, end] = [
      line('be', { isPartial: true, offset: 0 }),
      line('g', { isPartial: true, offset: 43, time: time + 1n }),
      line('in', { isPartial: false, offset: 85, time: time + 2n }),
    ]
    await sent(at, begin, middle, end)
    expect(await messagesOf(at)).toEqual(['begin'])
  })

  whereItCan('unknown severity')('the severity of the text counts where the agent names none', async () => {
    const at = poster()
    await sent(at, line('level=error msg="no"'), line('E1123 10:00:00.000000 1 main.go:1] klog'), line('calm'))
    expect((await linesOf(at)).map(({ severity }) => severity)).toEqual(['error', 'error', ''])
  })

  test('a record that cannot be a line is a dead letter, and costs its neighbours nothing', async () => {
    const at = poster()
    await sent(at, line('before'), line('of 1971', { time: 31_536_000_000_000_001n }), line('behind'))
    expect(await messagesOf(at)).toEqual(['before', 'behind'])
    await sent(at, line('nobody', { pod: '' }), line('last'))
    expect(await messagesOf(at)).toEqual(['before', 'behind', 'last'])
    const letters = await lettersOf(at)
    expect(letters.map(({ code }) => code).toSorted()).toEqual(['missing-field', 'too-old'])
    for (const { payload } of letters) expect(JSON.stringify(payload)).toMatch(/nobody|of 1971/)
  })

  whereItCan('bytes')('bytes that are not UTF-8 are stored as they came', async () => {
    const at = poster()
    const bytes = Buffer.from([0x61, 0xff, 0xfe, 0x62, 0xe2, 0x82])
    await sent(at, line(bytes), line('é €'))
    const response = await fetch(`${at.url}/v1/logs?order=asc&prefix=false`, {
      headers: { 'x-scope-orgid': at.tenant, accept: 'text/plain' },
    })
    expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.concat([bytes, Buffer.from('\né €\n')]))
  })

  test('a text of 300 KiB is cut with a mark, and one with NUL, tabs and quotes is not changed', async () => {
    const at = poster()
    await sent(at, line('a\tb\0c\u001b[31m"\\'), line('long '.repeat(60_000)))
    const [odd, long] = await messagesOf(at)
    expect(odd).toBe('a\tb\0c\u001b[31m"\\')
    expect(long!.length).toBeLessThan(300_000)
    expect(long).toContain('cut')
  })

  whereItCan('answers')(
    'a body that is cut short, of another kind or a bomb is refused with a sentence, and stores nothing',
    async () => {
      const at = poster()
      const body = protocol.body([line('x'), line('y')])
      const zeros = gzipSync(Buffer.alloc(64 * 1024 * 1024))
      for (const [bytes, headers] of [
        [body.subarray(0, body.length - 3), {}],
        [body.subarray(0, 1), {}],
        [Buffer.from('<html>'), {}],
        [Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), {}],
        [body, { 'content-encoding': 'gzip' }],
        [gzipSync(body).subarray(0, 20), { 'content-encoding': 'gzip' }],
        [zeros, { 'content-encoding': 'gzip' }],
        [Buffer.alloc(33 * 1024 * 1024, 0x20), {}],
      ] as const) {
        const answer = await protocol.sendBytes(at, bytes, headers)
        expect([400, 413]).toContain(answer.status)
        expect(answer.body.length).toBeGreaterThan(20)
      }
      expect(await messagesOf(at)).toEqual([])
    },
  )

  whereItCan('labels')('a record of 100,000 labels has a mark in their place', async () => {
    const at = poster()
    const labels = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`label-${i}`, 'v'.repeat(8)]))
    await sent(at, line('many', { labels }), line('one'))
    expect(await messagesOf(at)).toEqual(['many', 'one'])
    const [many] = await linesOf(at)
    expect(JSON.stringify(many)).toContain('afterlog.cut')
  })
})

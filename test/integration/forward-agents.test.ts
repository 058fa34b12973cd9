// Real senders of the Forward protocol: what Fluent Bit sent (test/fixtures/agents/README.md), and a client for
// applications that waits for acknowledgements.
import { EventTime, FluentClient } from '@fluent-org/logger'
import { decodeMulti } from '@msgpack/msgpack'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { connectForward } from '#test/support/agents/forward.ts'
import { sourceLines } from '#test/support/captured.ts'
import { freePort } from '#test/support/kafka/free-port.ts'
import { messagesOf } from '#test/support/lines.ts'
import { request, startTestService, type TestService } from '#test/support/service.ts'

const sharedKey = 'the key of the senders'
let service: TestService
let port: number
beforeAll(async () => {
  port = await freePort()
  service = await startTestService({
    AFTERLOG_LISTEN_FORWARD: `127.0.0.1:${port}`,
    AFTERLOG_FORWARD_SHARED_KEY: sharedKey,
    AFTERLOG_RETENTION: 'default=3650d',
  })
})
afterAll(async () => service[Symbol.asyncDispose]())

describe.each([
  ['plain', 40],
  ['gzip', 40],
  ['ack', 18],
])('what Fluent Bit sent, %s', (folder, count) => {
  const streams = async (): Promise<Buffer[]> => {
    const dir = join(import.meta.dirname, '../fixtures/forward', folder)
    return Promise.all((await readdir(dir)).toSorted().map((name) => readFile(join(dir, name))))
  }
  const chunksOf = (stream: Buffer): string[] =>
    [...decodeMulti(stream)].flatMap((event) => {
      const { chunk } = ((event as unknown[])[2] ?? {}) as { chunk?: string }
      return chunk === undefined ? [] : [chunk]
    })

  test('has every line as it stood in the file, once, also where all is sent again', async () => {
    for (let round = 0; round < 2; round++) {
      for (const stream of await streams()) {
        const sender = await connectForward({ port, sharedKey }, folder)
        sender.send(stream)
        for (const chunk of chunksOf(stream)) expect(await sender.answer()).toEqual({ ack: chunk })
        sender.socket.end()
        expect(await sender.answer()).toBeUndefined()
      }
      const { body } = await request(`${service.url}/v1/logs?order=asc&limit=1000`, { headers: { 'x-scope-orgid': folder } })
      const lines = body['lines'] as Record<string, unknown>[]
      expect(lines).toHaveLength(count)
      const sent = new Map((await sourceLines()).map(({ _time, ...line }) => [`${_time} ${line.message}`, line]))
      for (const { time, message, ...line } of lines) {
        const { namespace, pod, pod_uid: podUid, container, stream, restart } = sent.get(`${String(time)} ${String(message)}`)!
        expect(line).toMatchObject({ namespace, pod, podUid, container, stream, restart })
        expect(line['offset']).not.toBeNull()
      }
    }
  })
})

describe.each(['Message', 'Forward', 'PackedForward', 'CompressedPackedForward'] as const)('fluent-logger, %s', (eventMode) => {
  test('a thousand events, each acknowledged, are a thousand lines in their order', async () => {
    const client = new FluentClient('shop', {
      eventMode,
      ack: { ackTimeout: 20_000 },
      socket: { port, host: '127.0.0.1', timeout: 20_000 },
      security: { clientHostname: 'sender.example', sharedKey, username: eventMode, password: 'unused' },
    })
    const [seconds, texts] = [Math.floor(Date.now() / 1000), Array.from({ length: 1000 }, (_, i) => `event ${i}`)]
    await Promise.all(
      texts.map((log, i) =>
        client.emit('app', { log, pod: 'cart', namespace: 'shop', container_name: 'app' }, new EventTime(seconds, i)),
      ),
    )
    await client.disconnect()
    expect(await messagesOf({ url: service.url, tenant: eventMode })).toEqual(texts)
  })
})

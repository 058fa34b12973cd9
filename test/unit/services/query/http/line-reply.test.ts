import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fastify from 'fastify'
import { expect, test } from 'vitest'
import { createAnswerBudget } from '#shared/http/answer-memory.ts'
import { createRequestWork } from '#shared/http/request-work.ts'
import type { Line } from '#shared/lines/row-decoder.ts'
import { streamReply } from '#query/http/line-reply.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const partBytes = 8 * 1024 * 1024

/** Lines of a part, which the answer may hold no longer than until it has their text. */
const partOf = (held: WeakRef<Line>[]): Line[] => {
  const line = { ts: 0n, message: Buffer.alloc(partBytes, 'x'), restart: 0, offset: 0 } as unknown as Line
  held.push(new WeakRef(line))
  return [line]
}

async function* mapped(parts: AsyncGenerator<Line[]>): AsyncGenerator<Line[]> {
  for await (const part of parts) {
    const lines = [...part]
    part.length = 0
    yield lines
  }
}

test('of lines that wait for their client an answer holds the text, and of those that it has sent nothing', async () => {
  collect()
  const bytesBefore = process.memoryUsage().arrayBuffers
  const held: WeakRef<Line>[] = []
  const budget = createAnswerBudget(1024 * 1024 * 1024)
  const room = Promise.withResolvers<void>()
  const lines = async function* (): AsyncGenerator<Line[]> {
    yield partOf(held)
    yield partOf(held)
    await room.promise
  }
  await using app = fastify({ forceCloseConnections: true })
  app.get('/', (request, reply) => {
    request.work = { ...createRequestWork(), memory: budget.open() }
    return streamReply(reply, 'text/plain', mapped(lines()))
  })
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }))
  const socket = connect(Number(port), '127.0.0.1')
  socket.pause()
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
  const inUse = async (): Promise<number> => {
    for (let i = 0; i < 3; i++) {
      await sleep(20)
      collect()
    }
    return held.filter((line) => line.deref() !== undefined).length
  }
  await expect.poll(() => held.length).toBeGreaterThan(0)
  expect(await inUse()).toBe(0)
  expect(budget.heldBytes).toBe(partBytes + 1)
  // The client takes both parts, and the answer waits for the next one.
  let bytes = 0
  socket.on('data', (chunk: Buffer) => (bytes += chunk.length))
  socket.resume()
  await expect.poll(() => bytes).toBeGreaterThan(2 * partBytes)
  await inUse()
  expect(process.memoryUsage().arrayBuffers).toBeLessThan(bytesBefore + partBytes)
  room.resolve()
  socket.destroy()
  await once(socket, 'close')
})

import { EventEmitter } from 'node:events'
import type { FastifyReply } from 'fastify'
import { expect, test } from 'vitest'
import { createDue, createPolling } from '#query/http/watch-polling.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'

const storeOf = (state: () => string) => {
  const statements: string[] = []
  const rows = async ({ sql }: { sql: { name: string } }) => {
    statements.push(sql.name)
    return [{ lines: state(), all: `${state()}+` }]
  }
  return { store: { rows } as unknown as LogStore, statements }
}

const replyOf = (): FastifyReply & { raw: EventEmitter } => {
  const raw = new EventEmitter()
  return { raw, request: { raw: { socket: new EventEmitter() } } } as unknown as FastifyReply & { raw: EventEmitter }
}

test('all pollers share one statement, and poll only where something was stored', async () => {
  let state = 'a'
  const { store, statements } = storeOf(() => state)
  const polling = createPolling(store)
  const dues = Array.from({ length: 300 }, () => createDue(polling, 'lines'))
  const due = async (): Promise<number> => (await Promise.all(dues.map((isDue) => isDue()))).filter(Boolean).length
  expect([await due(), await due(), statements.length]).toEqual([300, 0, 1])
  state = 'b'
  await expect.poll(due).toBe(300)
  expect(await due()).toBe(0)
})

test('the more pollers there are, the longer each pauses', () => {
  const polling = createPolling(storeOf(() => '').store)
  expect([polling.pauseMs(10, 500), polling.pauseMs(100, 500)]).toEqual([500, 500])
  for (let i = 0; i < 104; i++) polling.join('tails', replyOf())
  expect([polling.pauseMs(0, 500), polling.pauseMs(10, 500), polling.pauseMs(100, 500)]).toEqual([500, 5000, 15_000])
})

test('one tail more than a process serves is refused, and there is a place once one has ended', () => {
  const polling = createPolling(storeOf(() => '').store)
  const replies = Array.from({ length: 500 }, replyOf)
  for (const reply of replies) polling.join('tails', reply)
  polling.join('watches', replyOf())
  expect(() => polling.join('tails', replyOf())).toThrow(/500 tails and followed logs/)
  replies[7]!.raw.emit('close')
  polling.join('tails', replyOf())
  expect(() => polling.join('tails', replyOf())).toThrow(expect.objectContaining({ code: 'overloaded', status: 503 }))
})

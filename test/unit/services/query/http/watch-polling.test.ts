import { EventEmitter } from 'node:events'
import type { FastifyReply } from 'fastify'
import { expect, test } from 'vitest'
import { createPolling } from '#query/http/watch-polling.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { createRequestWork } from '#shared/http/request-work.ts'

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
  return { raw, request: { raw: { socket: new EventEmitter() }, work: createRequestWork() } } as unknown as FastifyReply & {
    raw: EventEmitter
  }
}

test('all pollers share one statement that says whether anything was stored', async () => {
  let state = 'a'
  const { store, statements } = storeOf(() => state)
  const polling = createPolling(store)
  const states = async () => new Set(await Promise.all(Array.from({ length: 300 }, () => polling.state('lines'))))
  expect([await states(), await states(), statements.length]).toEqual([new Set(['a']), new Set(['a']), 1])
  state = 'b'
  await expect.poll(states).toEqual(new Set(['b']))
})

test('the more different pollers there are, the longer each pauses', () => {
  const polling = createPolling(storeOf(() => '').store)
  expect([polling.pauseMs(10, 500), polling.pauseMs(100, 500)]).toEqual([500, 500])
  for (let i = 0; i < 104; i++) polling.groups.join('one filter')
  expect(polling.pauseMs(100, 500)).toBe(500)
  for (let i = 1; i < 104; i++) polling.groups.join(`filter ${i}`)
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

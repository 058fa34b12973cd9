import { expect, test } from 'vitest'
import { createSessionPool, type Lease, type SessionPool } from '#shared/clickhouse/session-pool.ts'

/** Sessions that only count: the pool is ignorant of what runs on them. */
function counted({ read = 2, reset = () => Promise.resolve(), open = () => Promise.resolve() } = {}) {
  const made: { closed: boolean }[] = []
  const pool: SessionPool = createSessionPool({
    lanes: { read, background: 1, probe: 1, insert: 1, command: 1 },
    open: async () => {
      await open()
      const session = { closed: false, queryAsync: reset, close: () => void (session.closed = true) }
      made.push(session)
      return session as unknown as Lease['session']
    },
  })
  return { pool, made }
}

test('a lane opens sessions only when it needs them, and no more than it may', async () => {
  const { pool, made } = counted()
  const first = await pool.lease('read')
  first.release('ended')
  const second = await pool.lease('read')
  expect(made).toHaveLength(1)
  await pool.lease('read')
  expect(made).toHaveLength(2)
  let third = false
  const waiting = pool.lease('read').then(() => (third = true))
  await Promise.resolve()
  expect(third).toBe(false)
  second.release('ended')
  await waiting
  expect(made).toHaveLength(2)
})

test('who waits is served in order', async () => {
  const { pool } = counted({ read: 1 })
  let lease = await pool.lease('read')
  const order: number[] = []
  const waiting = [1, 2, 3].map(async (n) => {
    const mine = await pool.lease('read')
    order.push(n)
    lease = mine
    mine.release('ended')
  })
  lease.release('ended')
  await Promise.all(waiting)
  expect(order).toEqual([1, 2, 3])
})

test('reads that wait do not hold up inserts', async () => {
  const { pool } = counted({ read: 1 })
  await pool.lease('read')
  void pool.lease('read')
  await expect(pool.lease('insert')).resolves.toBeDefined()
})

test('who waits leaves with his signal, and his place is not lost to the others', async () => {
  const { pool } = counted({ read: 1 })
  const lease = await pool.lease('read')
  const abort = new AbortController()
  const leaving = pool.lease('read', abort.signal)
  const staying = pool.lease('read')
  abort.abort(new Error('went away'))
  await expect(leaving).rejects.toThrow('went away')
  lease.release('ended')
  await expect(staying).resolves.toBeDefined()
})

test('after a failed statement a session is used again once it has answered a trivial one', async () => {
  const answered = Promise.withResolvers<void>()
  const { pool, made } = counted({ read: 1, reset: () => answered.promise })
  const lease = await pool.lease('read')
  lease.release('failed')
  const next = pool.lease('read')
  expect(pool.busy).toBe(1)
  answered.resolve()
  expect((await next).session).toBe(made[0])
})

test('a session that no longer answers is closed and replaced', async () => {
  const { pool, made } = counted({ read: 1, reset: () => Promise.reject(new Error('broken')) })
  const lease = await pool.lease('read')
  lease.release('failed')
  await pool.lease('read')
  expect(made.map((session) => session.closed)).toEqual([true, false])
})

test('a session that cannot be opened fails its asker, not the lane', async () => {
  let broken = true
  const { pool } = counted({ read: 1, open: () => (broken ? Promise.reject(new Error('no session')) : Promise.resolve()) })
  await expect(pool.lease('read')).rejects.toThrow('no session')
  broken = false
  await expect(pool.lease('read')).resolves.toBeDefined()
})

test('a stopped pool refuses those who wait and those who come, and is idle once the last lease is back', async () => {
  const { pool, made } = counted({ read: 1 })
  const lease = await pool.lease('read')
  const waiting = expect(pool.lease('read')).rejects.toMatchObject({ code: 'store-unavailable' })
  pool.stop()
  await waiting
  await expect(pool.lease('insert')).rejects.toMatchObject({ code: 'store-unavailable' })
  const idle = pool.idle()
  lease.release('ended')
  await idle
  pool.close()
  expect(made[0]!.closed).toBe(true)
})

import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createStatementKiller } from '#shared/clickhouse/statement-killer.ts'

test('one KILL at a time stops all that are to stop, until they have ended', async () => {
  const conditions: string[] = []
  let running = 0
  let most = 0
  const killer = createStatementKiller(async (where) => {
    conditions.push(where)
    most = Math.max(most, ++running)
    await sleep(30)
    running--
  })
  const ended = ['a', `it's`, 'c'].map((id) => ({ id, ...Promise.withResolvers<void>() }))
  const stopped = ended.map(({ id, promise }) => killer.stop(id, promise))
  await expect.poll(() => conditions.length, { interval: 5 }).toBeGreaterThan(2)
  expect([conditions[0], conditions.at(-1)]).toEqual([
    `Settings['log_comment'] IN ('a')`,
    `Settings['log_comment'] IN ('a', 'it\\'s', 'c')`,
  ])
  ended[0]!.resolve()
  ended[1]!.reject(new Error('stopped'))
  await Promise.all(stopped.slice(0, 2))
  const before = conditions.length
  await expect.poll(() => conditions.length, { interval: 5 }).toBeGreaterThan(before + 1)
  expect(conditions.at(-1)).toBe(`Settings['log_comment'] IN ('c')`)
  ended[2]!.resolve()
  await Promise.all(stopped)
  await sleep(150)
  const last = conditions.length
  await sleep(250)
  expect([conditions.length, most]).toEqual([last, 1])
})

test('a statement that runs on for long gets fewer KILLs', async () => {
  let kills = 0
  const killer = createStatementKiller(async () => void kills++)
  const { promise, resolve } = Promise.withResolvers<void>()
  const stopped = killer.stop('long', promise)
  await expect.poll(() => kills, { interval: 10 }).toBe(5)
  await sleep(400)
  expect(kills).toBe(5)
  resolve()
  await stopped
})

// What a projector stores about how far it is: lists of other processes wait for some changes, the next process for
// all.
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { compile } from '#shared/clickhouse/sql.ts'
import { createProjectionClock } from '#shared/projection-clock.ts'
import { createProjectorMetrics } from '#projector/metrics.ts'
import { createProgress } from '#projector/progress.ts'
import { createWorkQueue, untried } from '#projector/work-queue.ts'

const feedReadAt = 1_000_000
/** Lines of before that settle for a minute more. */
const settling = { ...untried, tenant: 'default', uid: 'u', since: 900_000, recount: true }

async function storedBy(mode: LogStore['mode'], { large }: { large?: number } = {}) {
  const statements: string[] = []
  const clock = createProjectionClock()
  const queue = createWorkQueue()
  queue.add({ ...settling, dueAt: performance.now() + 60_000 })
  const publish = createProgress({
    store: {
      mode,
      command: async ({ sql }: Parameters<LogStore['command']>[0]) => {
        statements.push(JSON.stringify(compile(sql).params))
      },
    } as LogStore,
    feed: { facts: { position: 950_000, isBehind: false } } as Parameters<typeof createProgress>[0]['feed'],
    intake: { linesTakenUntil: feedReadAt },
    queue,
    large: { oldest: () => large, oldestNew: () => undefined, size: 0 },
    clock,
    metrics: createProjectorMetrics(new Registry()),
    start: 0,
  })
  await publish(feedReadAt)
  return { asOf: clock.asOf, statements }
}

test('asOf passes lines that settle; the next process begins with them', async () => {
  expect(await storedBy('server')).toEqual({
    asOf: feedReadAt,
    statements: [expect.stringMatching(/"changes".*900000.*"records".*1000000/)],
  })
  expect(await storedBy('embedded')).toEqual({
    asOf: feedReadAt,
    statements: [expect.stringMatching(/^((?!records).)*"changes"((?!records).)*900000((?!records).)*$/)],
  })
})

test('the next process begins with a large pod that is counted anew', async () => {
  const { asOf, statements } = await storedBy('server', { large: 800_000 })
  expect([asOf, statements]).toEqual([feedReadAt, [expect.stringMatching(/"changes".*800000/)]])
})

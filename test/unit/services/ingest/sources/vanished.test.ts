import { expect, test } from 'vitest'
import { createVanished, type LivingObjects } from '#ingest/sources/vanished.ts'
import { createLogger } from '#shared/logger.ts'

const pod = (uid: string) => ({
  object: JSON.stringify({ kind: 'Pod', apiVersion: 'v1', metadata: { uid, name: uid } }),
  reportedAt: '2026-11-23T10:00:00.000000000Z',
})

interface Options {
  position?: string
  known?: string[]
  living?: Partial<LivingObjects>
}

/** Looks until the signal aborts; resolves to what was delivered. */
function look({ position = '100', known = ['a'], living = {} }: Options) {
  const delivered: unknown[] = []
  const asked: bigint[] = []
  const stopped = new AbortController()
  const vanished = createVanished({
    watch: { known: () => ({ uids: new Set(known), position }) },
    living: {
      uids: async (at) => {
        asked.push(at)
        return ['a', 'b']
      },
      objects: async (uids) => uids.map(pod),
      ...living,
    },
    deliver: async (body) =>
      void delivered.push(
        ...body
          .toString()
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as unknown),
      ),
    onVanished: () => undefined,
    intervalMs: 60_000,
    log: createLogger({ level: 'silent', service: 'test' }),
  })
  const ended = vanished.run(stopped.signal)
  return {
    delivered,
    asked,
    wake: vanished.wake,
    end: async () => {
      stopped.abort()
      await ended
    },
  }
}

test('who lives in the store and is missing at the position is told as gone, with the last time that it told', async () => {
  const { delivered, asked, end } = look({})
  await expect.poll(() => delivered).toHaveLength(1)
  expect(asked).toEqual([100n])
  expect(delivered[0]).toMatchObject({
    type: 'DELETED',
    object: { kind: 'Pod', metadata: { uid: 'b', managedFields: [{ time: '2026-11-23T10:00:00.000000000Z' }] } },
  })
  await end()
})

test('nobody is told as gone where nobody is missing, and each list is looked at', async () => {
  const { delivered, asked, wake, end } = look({ known: ['a', 'b'] })
  await expect.poll(() => asked).toHaveLength(1)
  wake()
  await expect.poll(() => asked).toHaveLength(2)
  expect(delivered).toEqual([])
  await end()
})

test('nobody is told as gone by versions that have no order', async () => {
  const { delivered, asked, wake, end } = look({ position: 'opaque' })
  wake()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect([delivered, asked]).toEqual([[], []])
  await end()
})

test('a store that is away is asked again', async () => {
  let tries = 0
  const uids = async (): Promise<string[]> => {
    if (++tries === 1) throw new Error('away')
    return ['b']
  }
  const { delivered, wake, end } = look({ living: { uids } })
  await expect.poll(() => tries).toBe(1)
  wake()
  await expect.poll(() => delivered).toHaveLength(1)
  await end()
})

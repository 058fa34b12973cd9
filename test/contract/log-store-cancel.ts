// The part of the LogStore contract about readers that go away: what the engine itself says still runs
// (system.processes).
import { setTimeout as sleep } from 'node:timers/promises'
import { scale } from '#test/support/campaign.ts'
import { describe, expect, test } from 'vitest'
import { raw, sql, str } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'

export function cancelContract(storeNow: () => LogStore): void {
  /** Queries that run now and hold the mark, as the engine tells it. */
  const running = async (mark: string): Promise<number> => {
    const rows = await storeNow().rows<{ n: number }>({
      sql: sql`SELECT toUInt32(count()) AS n FROM system.processes WHERE position(query, ${str(mark)}) > 0 AND position(query, 'system.processes') = 0`,
    })
    return rows[0]!.n
  }
  const until = async (mark: string, count: number): Promise<void> => {
    await expect.poll(() => running(mark), { timeout: 10_000, interval: 20 }).toBe(count)
  }
  const slow = (mark: string) => raw(`SELECT sum(cityHash64(number)) AS x FROM numbers(1000000000000) WHERE '${mark}' != ''`)

  describe('a query ends in the engine', () => {
    test('when its signal aborts', async () => {
      const abort = new AbortController()
      const rows = storeNow().rows({ sql: slow('mark-signal'), signal: abort.signal })
      const refused = expect(rows).rejects.toThrow('went away')
      await until('mark-signal', 1)
      abort.abort(new Error('went away'))
      await refused
      await until('mark-signal', 0)
    })

    test('when the signal of a command aborts', async () => {
      await storeNow().command({ sql: raw('CREATE TABLE IF NOT EXISTS sink (x UInt64) ENGINE = Null') })
      const abort = new AbortController()
      const command = storeNow().command({
        sql: raw(`INSERT INTO sink SELECT cityHash64(number) FROM numbers(1000000000000) WHERE 'mark-command' != ''`),
        signal: abort.signal,
      })
      const refused = expect(command).rejects.toThrow('went away')
      await until('mark-command', 1)
      abort.abort(new Error('went away'))
      await refused
      await until('mark-command', 0)
    })

    test('and one whose signal has aborted already never starts', async () => {
      await expect(storeNow().rows({ sql: slow('mark-never'), signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow(
        'gone',
      )
      expect(await running('mark-never')).toBe(0)
    })

    test('also while it waits for a session, without disturbing the others', async () => {
      const abort = new AbortController()
      const all = Array.from({ length: 12 }, () =>
        storeNow()
          .rows({ sql: slow('mark-queue'), signal: abort.signal })
          .catch((error: unknown) => error),
      )
      await storeNow().command({ sql: raw('CREATE TABLE IF NOT EXISTS sink (x UInt64) ENGINE = Null') })
      abort.abort(new Error('went away'))
      await Promise.all(all)
      await until('mark-queue', 0)
    })

    test('and many readers that go away, some for each session, leave a store that answers', async () => {
      for (let i = 0; i < 30 * scale; i++) {
        const abort = new AbortController()
        const rows = storeNow().rows({ sql: slow('mark-many'), signal: abort.signal })
        const refused = expect(rows).rejects.toThrow('went away')
        await sleep(i)
        abort.abort(new Error('went away'))
        await refused
      }
      await until('mark-many', 0)
      expect(await storeNow().rows({ sql: raw('SELECT 1 AS x') })).toEqual([{ x: 1 }])
    })
  })
}

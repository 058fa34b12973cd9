// The embedded engine has no bound values: the store writes each as a literal (shared/clickhouse/statement.ts). Here the
// engine reads hostile values and says what it has read.
import { bind, join, sql, str, type Bound } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import type { Random } from '../storage/random.ts'
import { asText, hostileTexts } from './values.ts'

const perStatement = 200

/** How many of these values come back from the engine as other ones than they were bound, by each way of binding. */
export async function changedBindings(
  store: LogStore,
  random: Random,
  count: number,
): Promise<{ values: number; changed: string[] }> {
  const changed: string[] = []
  const texts = hostileTexts(random, count).map((text) => asText(text))
  for (let at = 0; at < texts.length; at += perStatement) {
    const some = texts.slice(at, at + perStatement)
    const ways: readonly (readonly [string, readonly Bound[]])[] = [
      ['String', some.map(str)],
      ['Array(String)', some.map((text) => bind('Array(String)', [text]))],
      ['Nullable(String)', some.map((text) => bind('Nullable(String)', text))],
    ]
    for (const [way, values] of ways) {
      const list = join(
        values.map((value) => sql`hex(toString(${way.startsWith('Array') ? sql`${value}[1]` : value}))`),
        ', ',
      )
      const [row] = await store.rows<{ hex: string[] }>({ sql: sql`SELECT [${list}] AS hex` })
      const due = some.map((text) => Buffer.from(text.toWellFormed()).toString('hex').toUpperCase())
      due.forEach((hex, i) => {
        if (row!.hex[i] !== hex) changed.push(`${way} ${JSON.stringify(some[i])}`)
      })
    }
  }
  return { values: 3 * texts.length, changed }
}

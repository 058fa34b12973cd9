// Asks the engine how it runs the statements that an answer was made from.
import { AfterlogError } from '#shared/errors.ts'
import { sql, statement } from '#shared/clickhouse/sql.ts'
import type { RunStatement } from '#shared/clickhouse/explained-store.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import { indexesIn, type IndexUse } from './explain-plan.ts'

export interface Explanation {
  name: string
  /** With a placeholder for each value. */
  sql: string
  /** By placeholder. Integers of 64 bits are text. */
  parameters: Record<string, unknown>
  indexes: IndexUse[]
  /** Rows of the granules that are left, of all tables; null where the engine does not tell. */
  rowsEstimated: number | null
  rowsRead: number | null
  bytesRead: number | null
  memoryBytes: number | null
  elapsedMs: number
}

/** Statements whose indexes are asked for. An answer is made from a few; those behind have none. */
const askedMax = 100

export async function readExplanation(reading: RowReading, ran: readonly RunStatement[]): Promise<Explanation[]> {
  const explanations: Explanation[] = []
  for (const [i, { sql: asked, text, parameters, stats, elapsedMs }] of ran.entries()) {
    const [plan, estimates] =
      i >= askedMax
        ? [[], []]
        : await Promise.all([
            orNone(
              reading.rows<{ explain: string }>(explained('explain-indexes', sql`indexes = 1, json = 1 ${asked}`)),
            ),
            orNone(reading.rows<{ rows: string }>(explained('explain-estimate', sql`ESTIMATE ${asked}`))),
          ])
    explanations.push({
      name: asked.name,
      sql: text,
      parameters: shown(parameters),
      indexes: plan.length === 0 ? [] : indexesIn(plan.map(({ explain }) => explain).join('\n')),
      rowsEstimated: estimates.length === 0 ? null : estimates.reduce((sum, { rows }) => sum + Number(rows), 0),
      rowsRead: stats?.rowsRead ?? null,
      bytesRead: stats?.bytesRead ?? null,
      memoryBytes: stats?.memoryBytes ?? null,
      elapsedMs,
    })
  }
  return explanations
}

const explained = (name: string, what: ReturnType<typeof sql>) => statement(name, sql`EXPLAIN ${what}`)

/** Some statements have no plan of a kind: a table without parts has no estimate. */
async function orNone<T>(rows: Promise<T[]>): Promise<T[]> {
  try {
    return await rows
  } catch (error) {
    if (error instanceof AfterlogError && error.code === 'internal') return []
    throw error
  }
}

const shown = (parameters: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      Array.isArray(value)
        ? value.map((each: unknown) => (typeof each === 'bigint' ? String(each) : each))
        : typeof value === 'bigint'
          ? String(value)
          : value,
    ]),
  )

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compile, sql } from '#shared/clickhouse/sql.ts'
import { filterFields, linesFrom, type LineFilter } from '#shared/lines/line-filter.ts'

describe('the tenant', () => {
  test('is the first condition of every filter, and nothing of a request becomes SQL text', () => {
    const nasty = fc.oneof(fc.string(), fc.constantFrom("' OR 1=1 --", '{p0:String}', ') OR (tenant != {p0:String}', '\\', '\0'))
    const fields = fc.dictionary(
      fc.constantFrom(...filterFields.filter((field) => field !== 'restart')),
      fc.array(nasty, { minLength: 1 }),
    )
    fc.assert(
      fc.property(nasty, fields, fc.option(fc.bigInt({ min: 0n, max: 2n ** 63n })), (tenant, wanted, from) => {
        const filter: LineFilter = {
          tenant,
          fields: wanted,
          ...(from === null ? {} : { from }),
          search: sql`position(message, 'x') > 0 OR 1`,
        }
        const { text, params } = compile(linesFrom(filter))
        expect(text.startsWith('FROM logs WHERE tenant = {p0:String}')).toBe(true)
        expect(params.p0).toBe(tenant)
        expect(text).toContain(`AND (position(message, 'x') > 0 OR 1)`)
        expect(text.replaceAll(/\{p\d+:[A-Za-z0-9()]+\}/g, '')).toMatch(/^[a-zA-Z_=<>()', 0-9]*$/)
      }),
    )
  })
})

describe('times', () => {
  test('are bounded by the hour bucket beside them, except where its 32 bits would wrap', () => {
    const { text } = compile(linesFrom({ tenant: 't', fields: {}, from: 5n, to: 7n }))
    expect(text).toContain('toStartOfHour(ts) >= toStartOfHour(')
    expect(text).toContain('toStartOfHour(ts) <= toStartOfHour(')
    expect(compile(linesFrom({ tenant: 't', fields: {}, to: 9_000_000_000_000_000_000n })).text).not.toContain('toStartOfHour')
  })
})

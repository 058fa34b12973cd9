import { expect, test } from 'vitest'
import { actionsOf, bulkAnswer } from '#ingest/routes/bulk-answer.ts'
import { rejectsMax, type RejectSummary } from '#ingest/normalise/reject.ts'
import { bulkRows } from '#test/support/agents/bulk.ts'

interface Item {
  _index?: string
  _id?: string
  status?: number
  error?: object
}
interface Answer {
  errors?: boolean
  items: Record<string, Item>[]
}

function answer(rows: unknown[], rejects: RejectSummary[] = [], filterPath?: string): Answer {
  const delivered = { accepted: 0, rejects }
  const options = { delivered, actions: actionsOf(bulkRows(...rows)), index: 'of-path', requestId: 'r', filterPath }
  return JSON.parse(bulkAnswer(options)) as Answer
}
const reject = (index: number, records = 1): RejectSummary => ({ index, reason: 'too-old', detail: 'of 1971', records })
const rows = [{ index: { _index: 'a', _id: '1' } }, {}, { create: {} }, {}, { delete: { _id: '2' } }, { create: {} }, {}]

test('each item has its action, its names and what became of it', () => {
  const { errors, items } = answer(rows, [reject(1), reject(2)])
  expect(errors).toBe(true)
  expect(items).toMatchObject([
    { index: { _index: 'a', _id: '1', status: 201, result: 'created' } },
    { create: { _index: 'of-path', _id: 'r-1', status: 400, error: { reason: expect.stringContaining('of 1971') as string } } },
    { delete: { _id: '2', status: 400 } },
    { create: { _id: 'r-3', status: 201 } },
  ])
  expect(answer(rows).errors).toBe(false)
})

test('filter_path leaves what agents ask for', () => {
  const filterPath = 'errors,items.*.error,items.*.status'
  const { items, ...rest } = answer(rows, [reject(1)], filterPath)
  expect(rest).toEqual({ errors: true })
  expect(items[0]).toEqual({ index: { status: 201 } })
  expect(Object.keys(items[1]!['create']!)).toEqual(['status', 'error'])
  expect(answer(rows, [], 'items')).toMatchObject({ items: [{ index: { _id: '1' } }, {}, {}, {}] })
  expect(answer(rows, [], 'took')).toEqual({ took: 0 })
})

test('of more rejects than are kept, none is told to be stored', () => {
  const rejects = Array.from({ length: rejectsMax + 1 }, (_, i) => reject(i, i === rejectsMax ? 5 : 1))
  const many = Array.from({ length: rejectsMax + 9 }, () => [{ create: {} }, {}]).flat()
  const statuses = answer(many, rejects).items.map(({ create }) => create!.status)
  expect(new Set(statuses)).toEqual(new Set([400]))
})

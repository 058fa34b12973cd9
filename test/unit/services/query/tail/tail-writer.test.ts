import { expect, test } from 'vitest'
import type { Divider } from '#query/tail/divider-text.ts'
import { createTailWriter } from '#query/tail/tail-writer.ts'

const divider = { time: '2026-11-23T10:02:04.000000000Z', kind: 'died', text: '── cart-a died: OOMKilled (137) ──' } as Divider
const text = { names: true, times: true }

test('a death stands among the lines of each form', () => {
  expect(createTailWriter('text/plain', text).life(divider, () => 'id')).toBe(
    '2026-11-23T10:02:04.000000000Z ── cart-a died: OOMKilled (137) ──\n',
  )
  expect(JSON.parse(createTailWriter('application/x-ndjson', text).life(divider, () => 'id'))).toEqual(divider)
  expect(createTailWriter('text/event-stream', text).life(divider, () => 'id')).toMatch(/^event: life\nid: id\ndata: {.*}\n\n$/)
})

test('NDJSON has nothing but lines and deaths', () => {
  const { notice, heartbeat, end } = createTailWriter('application/x-ndjson', text)
  expect([notice('x'), heartbeat, end]).toEqual(['', '', ''])
})

import { expect, test } from 'vitest'
import type { Divider } from '#query/tail/divider-text.ts'
import { createTailWriter, tailTypes } from '#query/tail/tail-writer.ts'

const divider = { time: '2026-11-23T10:02:04.000000000Z', kind: 'died', text: '── cart-a died: OOMKilled (137) ──' } as Divider
const text = { names: true, times: true }

test('a death stands among the lines of each form', () => {
  expect(createTailWriter('text/plain', text).life(divider, () => 'id')).toBe(
    '2026-11-23T10:02:04.000000000Z ── cart-a died: OOMKilled (137) ──\n',
  )
  expect(JSON.parse(createTailWriter('application/x-ndjson', text).life(divider, () => 'id'))).toEqual(divider)
  expect(createTailWriter('text/event-stream', text).life(divider, () => 'id')).toMatch(/^event: life\nid: id\ndata: {.*}\n\n$/)
})

test('lines that came faster than they were read are told in every form', () => {
  const dropped = { count: 1234, from: 0n, to: 1_000_000_000n }
  const written = tailTypes.map((type) => createTailWriter(type, text).dropped(dropped))
  const json = '{"count":1234,"from":"1970-01-01T00:00:00.000000000Z","to":"1970-01-01T00:00:01.000000000Z"}'
  expect(written).toEqual([
    `event: dropped\ndata: ${json}\n\n`,
    `{"dropped":${json}}\n`,
    '── 1234 lines dropped, from 1970-01-01T00:00:00.000000000Z to 1970-01-01T00:00:01.000000000Z: ' +
      'they came faster than they were read ──\n',
  ])
})

test('NDJSON has nothing but lines and deaths', () => {
  const { notice, heartbeat, end } = createTailWriter('application/x-ndjson', text)
  expect([notice('x'), heartbeat(0), end]).toEqual(['', '', ''])
})

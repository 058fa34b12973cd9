import { expect, test } from 'vitest'
import type { Origin } from '#ingest/normalise/origin.ts'
import type { Reject } from '#ingest/normalise/reject.ts'
import { columns } from '#ingest/store/columns.ts'
import { letterRows, replayMark, writtenBy } from '#ingest/store/dead-letters.ts'

const origin: Origin = {
  tenant: 't',
  cluster: 'c',
  node: 'n',
  agent: '',
  receivedMs: Date.UTC(2026, 10, 23, 10),
  source: 'http:/v1/batches',
  format: 'native',
}
const reject = (more: Partial<Reject> = {}): Reject => ({
  index: 3,
  reason: 'too-old',
  detail: 'd',
  payload: Buffer.from('{"a":"b"}'),
  ...more,
})
const key = Buffer.from('body')
type Row = Record<(typeof columns)['dead_letters'][number], unknown>
/** Identities are taken as text: they have 64 bits. */
const rowsOf = (rejects: readonly Reject[], from = origin, body = key): Row[] =>
  letterRows(rejects, from, body)[0]!
    .rows.toString()
    .trimEnd()
    .split('\n')
    .map((line) => {
      const values = JSON.parse(line.replace(/",(\d{15,20}),"/, '","$1","')) as unknown[]
      expect(values).toHaveLength(columns.dead_letters.length)
      return Object.fromEntries(columns.dead_letters.map((column, i) => [column, values[i]])) as Row
    })

test('a row has every column in its place', () => {
  expect(rowsOf([reject()])).toEqual([
    {
      tenant: 't',
      time: '2026-11-23 10:00:00.000',
      origin: 'http:/v1/batches#3',
      reason: 'too-old',
      detail: 'd',
      payload: '{"a":"b"}',
      identity: expect.stringMatching(/^\d+$/) as unknown,
      cluster: 'c',
      node: 'n',
      agent: '',
      format: 'native',
      payload_bytes: 9,
      refused: '[]',
      further: 0,
    },
  ])
  expect(letterRows([], origin, key)).toEqual([])
})

test('what its batch said for all goes before what the origin says', () => {
  const [row] = rowsOf([reject({ inherited: { cluster: 'c2', node: 'n2', agent: 'a2' } })])
  expect(row).toMatchObject({ cluster: 'c2', node: 'n2', agent: 'a2' })
})

test('a payload is cut at 64 KiB and its length is kept', () => {
  const [row] = rowsOf([reject({ payload: Buffer.alloc(70_000, 'x') })])
  expect(row).toMatchObject({ payload: 'x'.repeat(65_536), payload_bytes: 70_000 })
})

test('the identity is the body and the index, and for a letter sent again that letter and the index', () => {
  const identity = (more: Partial<Reject>, from = origin, body = key) => rowsOf([reject(more)], from, body)[0]!.identity
  expect(identity({})).toBe(identity({}))
  expect(identity({ index: 4 })).not.toBe(identity({}))
  expect(identity({}, origin, Buffer.from('other'))).not.toBe(identity({}))
  expect(identity({}, { ...origin, tenant: 'u' })).not.toBe(identity({}))
  const again = { ...origin, replay: '7' }
  expect(identity({}, again)).toBe(identity({}, again, Buffer.from('other')))
  expect(identity({}, again)).not.toBe(identity({}, { ...origin, replay: '8' }))
  expect(rowsOf([reject()], again)[0]).toMatchObject({ origin: 'replay:7#3' })
})

test('the mark of a letter keeps all of its 64 bits', () => {
  expect(replayMark('t"', '18446744073709551615', origin.receivedMs)).toEqual({
    table: 'dead_letter_replays',
    rows: Buffer.from('["t\\"",18446744073709551615,"2026-11-23 10:00:00.000"]\n'),
    count: 1,
  })
})

test.each([
  [Number.NaN, '1970-01-01 00:00:00.000'],
  [-5, '1970-01-01 00:00:00.000'],
  [999_999_999_999_999, '2262-01-01 00:00:00.000'],
])('an arrival of %d, as a message may claim, is %s: the row can be stored', (receivedMs, time) => {
  expect(rowsOf([reject()], { ...origin, receivedMs })[0]).toMatchObject({ time })
})

test('a letter says whose lines it had, and how many further lines of lives it stands for', () => {
  const life = { podKey: 'u', container: '', restart: -1, containerId: '', file: '', offset: -1, length: -1, lines: 1 }
  const further = new Map([
    ['a', { ...life, lines: 3 }],
    ['b', { ...life, podKey: '', lines: 2 }],
  ])
  const [row] = rowsOf([reject({ payload: Buffer.from('{"podUid":"u"}'), further, records: 9 })])
  expect(JSON.parse(String(row!.refused))).toEqual([life])
  expect(row!.further).toBe(5)
})

test('a letter says of many lives as much as has room, and of the others that they may be any', () => {
  const records = Array.from({ length: 900 }, (_, i) => ({ podUid: `${'u'.repeat(100)}${i}` }))
  const [row] = rowsOf([reject({ payload: Buffer.from(JSON.stringify(records)) })])
  const lives = JSON.parse(String(row!.refused)) as { podKey: string; lines: number }[]
  expect(String(row!.refused).length).toBeLessThan(65_537)
  expect(lives.at(-1)!.podKey).toBe('')
  expect(lives.reduce((sum, { lines }) => sum + lines, 0)).toBe(900)
})

test('all letters of a body name a bounded number of lives, and each says that there are others', () => {
  const names = Array.from({ length: 16 }, (_, i) => `"pod":"p${i}","namespace":"n${i}"`).join(',')
  const many = Array.from({ length: 2000 }, (_, index) => reject({ index, payload: Buffer.from(`{${names},"time":1}`) }))
  const [letters, refused] = letterRows(many, origin, key)
  expect(letters!.count).toBe(2000)
  expect(refused!.count).toBeLessThan(32_000)
  const rows = refused!.rows.toString().trimEnd().split('\n')
  expect(rows.filter((row) => row.startsWith('["t",""'))).toHaveLength(2000)
})

test('the lines of a letter were written by when it is stored, whatever it says of when it came', () => {
  const storedMs = Date.UTC(2026, 10, 23, 12)
  const timeOf = (receivedMs: number): unknown => {
    const payload = Buffer.from(JSON.stringify({ podUid: 'é', file: '"x"]', message: ']\n' }))
    const [, refused] = letterRows([reject({ payload })], { ...origin, receivedMs }, key)
    const [row = ''] = writtenBy(refused!.rows, storedMs).toString().split('\n')
    expect(row).toContain('"é"')
    return (JSON.parse(row.replace(/,\d{15,20},/, ',1,')) as unknown[])[columns.refused_lines.indexOf('time')]
  }
  const stored = '2026-11-23 12:00:00.000'
  expect([Number.NaN, 0, Date.UTC(2001, 1), Date.UTC(2026, 10, 23, 9)].map(timeOf)).toEqual(Array(4).fill(stored))
  expect(timeOf(storedMs + 60_000)).toBe('2026-11-23 12:01:00.000')
  expect(timeOf(Date.UTC(2030, 1))).toBe('2026-11-23 13:00:00.000')
})

test('a line that was sent where objects of Kubernetes are has its life too, an object has none', () => {
  const livesOf = (payload: object): unknown[] => {
    const [row] = rowsOf([reject({ payload: Buffer.from(JSON.stringify(payload)) })], { ...origin, format: 'lifecycle' })
    return (JSON.parse(String(row!.refused)) as { podKey: string }[]).map(({ podKey }) => podKey)
  }
  expect(livesOf({ time: 't', podUid: 'u', message: 'x' })).toEqual(['u'])
  expect(livesOf({ records: [{ path: '/var/log/pods/n_p_u/c/0.log', cri: 'x' }] })).toEqual(['u'])
  expect(livesOf({ kind: 'Event', message: 'x', time: 't', podUid: 'u' })).toEqual([])
  expect(livesOf({ metadata: { name: 'p' }, message: 'x', spec: { podUid: 'u' } })).toEqual([])
})

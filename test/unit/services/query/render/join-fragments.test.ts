import { expect, test } from 'vitest'
import type { Line } from '#query/read/row-decoder.ts'
import { cutMark, extend, joinedBytesMax, joinFragments, streamKey } from '#query/render/join-fragments.ts'

const row = (message: string | Buffer, partial: boolean, over: Partial<Line> = {}): Line => ({
  ts: 0n,
  cluster: '',
  namespace: '',
  pod: 'p',
  podUid: 'u',
  container: 'c',
  restart: 0,
  containerId: '',
  node: '',
  unit: '',
  stream: 'stdout',
  partial,
  severity: '',
  message: Buffer.from(message),
  traceId: '',
  spanId: '',
  labels: {},
  attributes: {},
  offset: -1,
  file: '',
  position: 0n,
  received: 0,
  identity: 0n,
  ...over,
})
const texts = (lines: readonly Line[]): string[] =>
  lines.map(({ message, partial }) => `${message.toString()}${partial ? '…' : ''}`)

test('fragments join within their stream, in the place of the first', () => {
  const rows = [
    row('a', true),
    row('x', false, { stream: 'stderr' }),
    row('b', true),
    row('other life', true, { restart: 1 }),
    row('c', false),
  ]
  const { lines, open } = joinFragments(rows, new Set())
  expect(texts(lines)).toEqual(['abc', 'x', 'other life…'])
  expect([...open.keys()]).toEqual([streamKey(rows[3]!)])
})

test('the end of a line that began earlier is left out', () => {
  const rows = [row('end', false), row('next', false)]
  expect(texts(joinFragments(rows, new Set([streamKey(rows[0]!)])).lines)).toEqual(['next'])
})

test('an open line is finished by what is looked up, and cut at its cap with a mark', () => {
  const { open } = joinFragments([row('a', true)], new Set())
  const line = [...open.values()][0]!
  expect(extend(line, [row('b', true)])).toEqual({ ended: false })
  expect(extend(line, [row('x'.repeat(joinedBytesMax), true), row('c', false), row('not mine', false)])).toEqual({ ended: true })
  expect(line.line.message.length).toBe(joinedBytesMax)
  expect(line.line.message.subarray(-cutMark.length)).toEqual(cutMark)
  expect(line.line.message.toString('utf8', 0, 3)).toBe('abx')
  expect(line.line.partial).toBe(false)
})

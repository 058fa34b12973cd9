import { expect, test } from 'vitest'
import { birthText, deathText, interleave, untilTime, type Death, type Divider } from '#query/tail/divider-text.ts'
import type { Line } from '#shared/lines/row-decoder.ts'

const death: Death = {
  who: 'web-7c',
  outcome: 'oomkilled',
  reason: 'OOMKilled',
  exitCode: 137,
  time: '2026-11-23T10:00:00.000000000Z',
}

test.each([
  [{}, '── web-7c died: OOMKilled (137) ──'],
  [{ reason: 'Error', outcome: 'crashed', exitCode: 1 }, '── web-7c died: crashed (1) ──'],
  [{ reason: 'Error', outcome: 'deleted', exitCode: 143 }, '── web-7c died: deleted (143) ──'],
  [{ reason: '', outcome: 'node-lost', exitCode: null }, '── web-7c died: node-lost ──'],
  [{ reason: 'Evicted', outcome: 'evicted', exitCode: null }, '── web-7c died: Evicted ──'],
  [{ reason: 'Error', outcome: 'evicted' }, '── web-7c died: Evicted (137) ──'],
  [{ reason: 'Terminated', outcome: 'node-lost' }, '── web-7c died: node-lost (137) ──'],
  [{ reason: 'StartError', outcome: 'crashed', exitCode: 128 }, '── web-7c died: StartError (128) ──'],
] as const)('%j', (change, text) => {
  expect(deathText({ ...death, ...change })).toBe(text)
})

test.each([
  ['2026-11-23T10:00:04.200000000Z', '4.2 s later'],
  ['2026-11-23T10:00:00.000000000Z', '0 s later'],
  ['2026-11-23T10:03:10.000000000Z', '3 min later'],
  ['2026-11-23T11:30:00.000000000Z', '1.5 h later'],
])('born at %s: %s', (time, later) => {
  expect(birthText({ who: 'web-9k', node: 'node-4', time }, death)).toBe(
    `── web-7c died: OOMKilled (137) · web-9k born on node-4, ${later} ──`,
  )
})

test('a birth without a death before it, or without a node, says no more than it knows', () => {
  const time = '2026-11-23T10:00:00.000000000Z'
  expect(birthText({ who: 'web-9k', node: 'node-4', time }, undefined)).toBe('── web-9k born on node-4 ──')
  expect(birthText({ who: 'web-9k', node: '', time }, undefined)).toBe('── web-9k born ──')
})

const line = (ts: bigint, pod: string, restart = 0, container = 'app') => ({ line: { ts, pod, restart, container } as Line })
const divider = (kind: Divider['kind'], pod: string, second: number, own: Partial<Divider> = {}): Divider => ({
  time: `1970-01-01T00:00:0${second}.000000000Z`,
  kind,
  pod,
  podUid: pod,
  container: '',
  restart: null,
  outcome: 'unknown',
  reason: '',
  exitCode: null,
  node: '',
  text: `${pod} ${kind}`,
  ...own,
})
const order = (lines: ReturnType<typeof line>[], dividers: Divider[]) =>
  interleave(lines, dividers).map((one) => ('line' in one ? Number(one.line.ts) : one.text))

test('a death stands behind the last words of who died, whatever the clocks say, a birth before the first ones', () => {
  const lines = [line(1n, 'a'), line(9_500_000_000n, 'a'), line(2n, 'b'), line(3n, 'a', 1)]
  expect(order(lines, [divider('died', 'a', 5, { container: 'app', restart: 0 })])).toEqual([1, 9_500_000_000, 'a died', 2, 3])
  expect(order(lines, [divider('born', 'a', 5, { container: 'app', restart: 1 })])).toEqual([1, 9_500_000_000, 2, 'a born', 3])
  expect(order(lines, [divider('born', 'b', 5), divider('died', 'a', 5)])).toEqual([1, 9_500_000_000, 'b born', 2, 3, 'a died'])
})

test('who says nothing here is placed by time, and comes last where all is earlier', () => {
  const lines = [line(1_000_000_000n, 'a'), line(2_900_000_000n, 'a'), line(3_100_000_000n, 'a')]
  expect(order(lines, [divider('died', 'x', 2), divider('born', 'y', 3)])).toEqual([1e9, 2.9e9, 'x died', 'y born', 3.1e9])
  expect(order(lines, [divider('died', 'x', 8)])).toEqual([1e9, 2.9e9, 3.1e9, 'x died'])
  expect(order([], [divider('died', 'x', 8)])).toEqual(['x died'])
})

test('lines of the second in which something died stand before it, of that in which something was born behind it', () => {
  expect(untilTime(divider('died', 'x', 2))).toBe(2_999_999_999n)
  expect(untilTime(divider('born', 'x', 2))).toBe(1_999_999_999n)
})

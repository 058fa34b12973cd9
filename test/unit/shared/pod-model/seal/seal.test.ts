import { expect, test } from 'vitest'
import type { SealEvidence } from '#shared/pod-model/seal/evidence.ts'
import type { Stretch } from '#shared/pod-model/rows.ts'
import { holesIn, sealOf } from '#shared/pod-model/seal/seal.ts'

const at = (second: number): string => `2026-11-23T14:03:${String(second).padStart(2, '0')}.000000000Z`
const stretch = (from: number, to: number, first: number, last: number, more: Partial<Stretch> = {}): Stretch => ({
  file: 'a',
  from,
  to,
  firstAt: at(first),
  lastAt: at(last),
  earliest: at(first),
  places: last - first + 1,
  ended: false,
  endsInside: 0,
  unmeasured: 0,
  clashes: 0,
  overlaps: 0,
  ...more,
})
const evidence = (stretches: Stretch[], more: Partial<SealEvidence> = {}): SealEvidence => ({
  lines: stretches.reduce((sum, { places }) => sum + places, 0),
  stretches,
  losses: [],
  end: 'ended',
  startedAt: at(0),
  firstLine: stretches.map(({ earliest }) => earliest).toSorted()[0] ?? null,
  lastLine: at(59),
  ...more,
})
const ended = { ended: true }
const told = (stretches: Stretch[], more: Partial<SealEvidence> = {}) => {
  const { state, text } = sealOf(evidence(stretches, more))
  return [state, text]
}

test('a life of which no line came is not sealed, nor one whose lines have all expired', () => {
  expect(told([])).toEqual(['unsealed', 'unsealed: no line of it came'])
  expect(told([], { firstLine: at(0), expired: true })).toEqual(['unsealed', 'unsealed: its lines have expired'])
  expect(told([], { firstLine: at(0) })).toEqual(['unsealed', 'unsealed: its lines came with neither number nor container id'])
})

test('what has expired is no gap, and takes the seal away; a gap in what remains is one', () => {
  const rest = [stretch(500, 900, 10, 19, ended)]
  expect(told(rest, { firstLine: at(0) })).toEqual(['unsealed', 'unsealed: its first lines are gone'])
  expect(told(rest)[0]).toBe('gap')
  expect(told([stretch(500, 900, 10, 19), stretch(1000, 1100, 25, 29, ended)], { firstLine: at(0) })[0]).toBe('gap')
})

test('a container that runs, or went with its node, is not sealed although the end of its file was told', () => {
  const whole = [stretch(0, 900, 0, 9, ended)]
  expect(told(whole)[0]).toBe('sealed')
  expect(told(whole, { end: 'unknown' })[0]).toBe('sealed')
  expect(told(whole, { end: 'running' })[0]).toBe('tail-unknown')
  expect(told(whole, { end: 'vanished' })).toEqual(['tail-unknown', 'tail unknown: node vanished'])
  expect(told([stretch(0, 900, 0, 9), stretch(1000, 1100, 12, 15)], { end: 'vanished' })).toEqual([
    'gap',
    'gap 14:03:09–14:03:12 UTC, 100 bytes, lost on the way; tail unknown: node vanished',
  ])
})

test('a hole of one byte is a stripped end of a line: no gap, and no proof that there is none', () => {
  expect(told([stretch(0, 900, 0, 9), stretch(901, 1100, 12, 15, ended)])).toEqual([
    'unsealed',
    'unsealed: single bytes between lines are not accounted for',
  ])
})

test('bytes that are stored under another name of the file are no gap', () => {
  const b = { file: 'b' }
  const doubt = ['unsealed', 'unsealed: a file seems to go on under another name']
  expect(told([stretch(0, 500, 0, 4), stretch(500, 900, 5, 9, { ...b, ...ended })])).toEqual(doubt)
  // What an agent sent again after an import counts under the agent's name.
  expect(told([stretch(0, 300, 0, 2), stretch(500, 900, 5, 9, ended), stretch(300, 500, 3, 4, b)])).toEqual(doubt)
  // A later file that is long enough plugs nothing.
  expect(told([stretch(0, 300, 0, 2), stretch(500, 900, 5, 9, ended), stretch(0, 500, 10, 14, { ...b, ...ended })])[0]).toBe(
    'gap',
  )
})

test.each([
  [{ clashes: 1 }, /different lines stand at one place/],
  [{ clashes: 3, places: 1, to: 90 }, /one offset for all lines/],
  [{ unmeasured: 2 }, /without their lengths/],
  [{ overlaps: 1 }, /overlap/],
  [{ endsInside: 1 }, /behind the one that was reported as the last/],
  [{ file: '' }, /does not name its files/],
] as [Partial<Stretch>, RegExp][])('%j proves nothing', (more, text) => {
  expect(told([stretch(0, 900, 0, 9, { ...ended, ...more })])).toEqual(['unsealed', expect.stringMatching(text)])
})

test('an end in the middle contradicts itself, and so do lengths that leave a hole behind every line', () => {
  expect(told([stretch(0, 900, 0, 9, ended), stretch(1000, 1100, 12, 15)])[0]).toBe('unsealed')
  const apart = (count: number) => Array.from({ length: count }, (_, i) => stretch(i * 100, i * 100 + 60, i, i))
  expect(told(apart(8))).toEqual(['unsealed', 'unsealed: the lengths of lines do not fit their offsets'])
  expect(told(apart(7))[0]).toBe('gap')
})

test('a gap has its place, its bytes and its reason, the times of the lines around it', () => {
  const b = { file: 'b' }
  const life = evidence([stretch(100, 300, 2, 4), stretch(400, 900, 6, 9), stretch(82_944, 90_000, 15, 20, { ...b, ...ended })])
  expect(sealOf(life).gaps).toEqual([
    { from: at(0), to: at(2), bytes: 100, reason: 'lost before the agent read the log' },
    { from: at(4), to: at(6), bytes: 100, reason: 'lost on the way' },
    { from: at(9), to: at(15), bytes: 82_944, reason: 'lost at rotation' },
  ])
  expect(holesIn(life).map(({ file, offset, behindAt }) => [file, offset, behindAt])).toEqual([
    ['a', 100, at(2)],
    ['a', 400, at(6)],
    ['b', 82_944, at(15)],
  ])
})

test('of very many gaps a hundred are listed, and all are counted', () => {
  const many = Array.from({ length: 150 }, (_, i) => stretch(i * 100, i * 100 + 60, 1, 1, { places: 2 }))
  const { gaps, text } = sealOf(evidence(many))
  expect(gaps).toHaveLength(100)
  expect(text).toMatch(/^149 gaps, 5.8 KiB: /)
})

test('a life of so many pieces that some may not have been read is not sealed', () => {
  const files = Array.from({ length: 1000 }, (_, i) => stretch(0, 900, 0, 9, { ...ended, file: String(i) }))
  expect(told(files.slice(1))[0]).toBe('sealed')
  expect(told(files)).toEqual(['unsealed', 'unsealed: its files are in too many pieces'])
})

test('a rotated file whose end was not told leaves the seal open, the last file leaves the tail open', () => {
  const [old, young] = [stretch(0, 900, 0, 9), stretch(0, 300, 10, 12, { file: 'b' })]
  expect(told([old, { ...young, ...ended }])).toEqual([
    'unsealed',
    'unsealed: no agent reported that a rotated file was read to its end; 13 lines, none known to be missing',
  ])
  expect(told([{ ...old, ...ended }, young])).toEqual([
    'tail-unknown',
    'tail unknown: no agent reported that its log was read to the end; 13 lines, none known to be missing',
  ])
})

test('files that began and ended at once stand in one order, in whichever order their stretches come', () => {
  const first = [stretch(0, 79, 1, 1), stretch(212, 642, 2, 9)]
  const headless = stretch(635, 695, 21, 21, { file: 'b' })
  const short = stretch(0, 60, 21, 21, { file: 'c' })
  const orders = [
    [...first, headless, short],
    [short, headless, ...first],
    [headless, ...first, short],
  ]
  for (const stretches of orders)
    expect(sealOf(evidence(stretches)).gaps).toMatchObject([
      { from: at(1), to: at(2) },
      { from: at(9), to: at(21), bytes: 635, reason: 'lost at rotation' },
    ])
})

test('a file whose lines came under two names of the cluster has no hole where one goes on from the other', () => {
  expect(told([stretch(0, 500, 0, 4), stretch(500, 900, 5, 9, ended)])).toEqual(['sealed', 'sealed: 10 lines, 0 missing'])
  expect(told([stretch(0, 500, 0, 4), stretch(400, 900, 4, 9, ended)])).toEqual(['unsealed', expect.stringMatching(/overlap/)])
  expect(told([stretch(0, 900, 0, 9, ended), stretch(300, 500, 3, 4)])).toEqual(['unsealed', expect.stringMatching(/overlap/)])
  expect(told([stretch(0, 500, 0, 4, ended), stretch(500, 900, 5, 9, ended)])).toEqual([
    'unsealed',
    expect.stringMatching(/behind the one that was reported as the last/),
  ])
  expect(told([stretch(0, 500, 0, 4), stretch(500, 700, 5, 6), stretch(800, 900, 8, 9, ended)])[0]).toBe('gap')
})

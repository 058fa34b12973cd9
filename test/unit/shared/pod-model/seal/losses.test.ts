import { expect, test } from 'vitest'
import type { SealEvidence } from '#shared/pod-model/seal/evidence.ts'
import type { LossRow } from '#shared/pod-model/rows.ts'
import { lossesOfLife } from '#shared/pod-model/seal/losses.ts'
import { sealOf } from '#shared/pod-model/seal/seal.ts'
import { stretchesOfLines } from '#shared/pod-model/seal/stretches-of-lines.ts'

const at = '2026-11-23T09:00:00.000000000Z'
const line = { file: 'f', offset: 0, length: 100, at, eof: true, partial: false, stream: 'stdout', coversOnly: false }

const unnamed: LossRow = {
  time: '2026-11-23T10:00:00.000000000Z',
  reason: 'bad-time',
  podKey: '',
  container: '',
  restart: -1,
  containerId: '',
  letter: '1',
  further: 1,
  lines: 7,
  file: '',
  offset: -1,
  length: -1,
  topic: '',
  partition: -1,
  messages: 0,
}

/** Of a whole life of one line. */
const sealText = (more: Partial<SealEvidence>): string =>
  sealOf({
    lines: 1,
    stretches: stretchesOfLines([line]),
    losses: [],
    end: 'ended',
    startedAt: at,
    firstLine: at,
    lastLine: at,
    ...more,
  }).text

test('a refused line is stored only where a line begins at its place and has its length', () => {
  const loss = {
    ...unnamed,
    podKey: 'u',
    container: 'app',
    restart: 0,
    further: 0,
    lines: 1,
    file: 'f',
    offset: 5,
    length: 3,
  }
  const sealed = 'sealed: 1 line, 0 missing'
  const refused = 'unsealed: 1 line of it is a dead letter'
  const saysOf = (places: { offset: number; length: number; file?: string }[]): string =>
    sealText({ losses: [loss], storedPlaces: places.map((place) => ({ file: 'f', ...place })) })
  expect(saysOf([])).toBe(refused)
  expect(saysOf([{ offset: 0, length: 100 }])).toBe(refused)
  expect(saysOf([{ offset: 5, length: 4 }])).toBe(refused)
  expect(saysOf([{ offset: 5, length: 3, file: 'g' }])).toBe(refused)
  expect(saysOf([{ offset: 5, length: 3 }])).toBe(sealed)
  expect(saysOf([{ offset: 5, length: -1 }])).toBe(sealed)
})

test('refused lines that name no life keep each from being sealed that had begun', () => {
  const life = { container: 'app', restart: 0, containerId: '', startedAt: '2026-11-23T09:00:00.000000000Z' }
  const later = { ...life, startedAt: '2026-11-23T11:00:01.000000000Z' }
  expect(lossesOfLife([unnamed], new Set(['u']), life)).toEqual([unnamed])
  expect(lossesOfLife([unnamed], new Set(['u']), later)).toEqual([])
  expect(sealText({ losses: [unnamed] })).toBe(
    'unsealed: lines were refused that do not say clearly whose they are: lines of it may be among them',
  )
  expect(sealText({ losses: [{ ...unnamed, reason: 'letters-lost' }] })).toMatch(/^unsealed: letters of refused lines were lost/)
})

test('a container id tells lives apart where it surely is of another container', () => {
  const id = '0123456789abcdef'
  const life = { container: 'app', restart: 0, containerId: `containerd://${id}`, startedAt: at }
  const isOf = (containerId: string, more: Partial<LossRow> = {}): boolean =>
    lossesOfLife([{ ...unnamed, podKey: 'u', containerId, ...more }], new Set(['u', 'container:0123456789ab']), life).length > 0
  expect([id, id.toUpperCase(), id.slice(0, 6), ''].map((each) => isOf(each))).toEqual([true, true, true, true])
  expect(isOf('fedcba9876543210')).toBe(false)
  const withoutId = { ...life, containerId: '' }
  const unknown = { ...unnamed, containerId: id }
  expect(lossesOfLife([{ ...unknown, podKey: 'u' }], new Set(['u']), withoutId)).toHaveLength(1)
  const key = 'container:0123456789ab'
  expect(lossesOfLife([{ ...unknown, podKey: key }], new Set([key]), withoutId)).toEqual([])
})

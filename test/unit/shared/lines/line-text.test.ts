import { expect, test } from 'vitest'
import { createLineText } from '#shared/lines/line-text.ts'
import type { Line } from '#shared/lines/row-decoder.ts'

const line = (fields: Partial<Line>): Line =>
  ({ ts: 1n, pod: '', container: '', node: '', unit: '', ...fields, message: Buffer.from('m') }) as Line

test('lines of one pod are bare: their bytes, and a newline', () => {
  const write = createLineText({ names: false, times: false })
  expect(write([line({}), line({})]).toString()).toBe('m\nm\n')
})

test('pod and container stand before the message, in columns that only get wider', () => {
  const write = createLineText({ names: true, times: false })
  expect(write([line({ pod: 'a', container: 'app' }), line({ pod: 'abc', container: 'x' })]).toString()).toBe(
    'a   app m\nabc x   m\n',
  )
  expect(write([line({ pod: 'a', container: '' }), line({ node: 'n1', unit: 'kubelet' })]).toString()).toBe(
    'a   -       m\nn1  kubelet m\n',
  )
})

test('the time stands first, with all its digits', () => {
  expect(createLineText({ names: false, times: true })([line({})]).toString()).toBe('1970-01-01T00:00:00.000000001Z m\n')
})

import { expect, test } from 'vitest'
import type { Reject } from '#ingest/normalise/reject.ts'
import { readReplay, settleReplay } from '#ingest/normalise/replay.ts'

const reject = (index: number): Reject => ({ index, reason: 'bad-time', detail: 'd', payload: Buffer.from('p') })

test('without the header every reject is a letter', () => {
  const rejects = [reject(0)]
  expect(settleReplay({ accepted: 0, rejects }, {})).toEqual({ letters: rejects, replayed: undefined })
})

test('a record that is stored closes its letter; refused again it stays the letter it is', () => {
  expect(settleReplay({ accepted: 1, rejects: [] }, { replay: '7' })).toEqual({ letters: [], replayed: '7' })
  expect(settleReplay({ accepted: 0, rejects: [reject(0)] }, { replay: '7' })).toEqual({ letters: [], replayed: undefined })
})

test('a message that can be read by now is closed, and its rejects are letters: none is lost', () => {
  const rejects = [reject(1), reject(2)]
  expect(settleReplay({ accepted: 1, rejects: [rejects[0]!] }, { replay: '7' })).toEqual({ letters: [rejects[0]], replayed: '7' })
  expect(settleReplay({ accepted: 0, rejects }, { replay: '7' })).toEqual({ letters: rejects, replayed: '7' })
})

test('the header is an identity of 64 bits', () => {
  expect(readReplay(undefined)).toBeUndefined()
  expect(readReplay('')).toBeUndefined()
  expect(readReplay('18446744073709551615')).toBe('18446744073709551615')
  for (const bad of ['18446744073709551616', '-1', '0x1', '1,2', 'a', ' 1'])
    expect(() => readReplay(bad)).toThrow('x-afterlog-replay must be the id of a dead letter')
})

import { expect, test } from 'vitest'
import { decodeSeen } from '#query/read/seen-rows.ts'

const unset = 9_223_372_036_854_775_807n
type Times = [toldFirst: bigint, toldLast: bigint, eventFirst: bigint, eventLast: bigint, lineFirst: bigint, lineLast: bigint]

function row(told: number, times: Times): Buffer {
  const numbers = Buffer.alloc(56)
  for (const [i, time] of [...times, 7n].entries()) numbers.writeBigInt64LE(time, i * 8)
  return Buffer.concat([Buffer.from([1, 0x61, told]), numbers])
}
const decoded = (told: number, ...times: Times) => decodeSeen(row(told, times))

test.for<[told: number, Times, { spoke: boolean; begun: bigint; seen: bigint }]>([
  [1, [10n, 20n, 1n, 99n, unset, 0n], { spoke: true, begun: 10n, seen: 20n }],
  [1, [10n, 20n, unset, 0n, 5n, 30n], { spoke: true, begun: 5n, seen: 30n }],
  [0, [unset, 0n, 1n, 99n, 5n, 30n], { spoke: true, begun: 5n, seen: 30n }],
  [0, [unset, 0n, 1n, 99n, unset, 0n], { spoke: false, begun: 1n, seen: 99n }],
  [1, [unset, 0n, unset, 0n, unset, 0n], { spoke: true, begun: 0n, seen: 0n }],
])('what an object (%i), Events and lines told: %s', ([told, times, seen]) => {
  expect(decoded(told, ...times)).toEqual([{ uid: 'a', toldAt: 7n, ...seen }])
})

test('rows that end inside a value are an error, not fewer rows', () => {
  expect(() => decodeSeen(row(1, [1n, 1n, 1n, 1n, 1n, 1n]).subarray(0, -1))).toThrow('inside a row')
})

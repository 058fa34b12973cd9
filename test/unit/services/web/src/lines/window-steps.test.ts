import { expect, test } from 'vitest'
import { newerThan, olderThan, withoutKnown, type Step } from '#web/lines/window-steps.ts'
import { lineJson } from '#test/support/line-json.ts'

const lineAt = (time: string, message: string) => lineJson({ time, message })
const [first, second, third] = ['01', '02', '03'].map((s) => `2026-11-23T10:02:${s}.000000000Z`) as [string, string, string]
const stored = [lineAt(first, 'a'), lineAt(second, 'b'), lineAt(second, 'c'), lineAt(second, 'd'), lineAt(third, 'e')]

/** As the service answers. */
function read({ order, at }: Step) {
  return order === 'asc' ? stored.filter(({ time }) => time >= at!) : stored.filter(({ time }) => time < at!).toReversed()
}
const messages = (step: Step | undefined) => withoutKnown(read(step!), step!).map(({ message }) => message)

test.each([
  ['older', () => olderThan(stored.slice(2)), ['b', 'a']],
  ['older', () => olderThan(stored.slice(3)), ['c', 'b', 'a']],
  ['newer', () => newerThan(stored.slice(0, 3)), ['d', 'e']],
  ['newer', () => newerThan(stored.slice(0, 1)), ['b', 'c', 'd', 'e']],
])('%s lines come once each, also those of the same time', (_, step, expected) => expect(messages(step())).toEqual(expected))

test('nothing is beside no line', () => {
  expect(olderThan([])).toBeUndefined()
  expect(newerThan([])).toBeUndefined()
})

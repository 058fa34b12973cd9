import { expect, test } from 'vitest'
import { after } from '#web/time/after.ts'

test.each([
  ['2026-11-23T10:02:03.500000000Z', '2026-11-23T10:02:03.500000001Z'],
  ['2026-11-23T10:02:03.000000000Z', '2026-11-23T10:02:03.000000001Z'],
  ['2026-12-31T23:59:59.999999999Z', '2027-01-01T00:00:00.000Z'],
])('%s is followed by %s', (time, next) => expect(after(time)).toBe(next))

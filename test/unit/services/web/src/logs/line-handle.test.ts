import { expect, test } from 'vitest'
import { handleText, readHandle } from '#web/logs/line-handle.ts'

const time = '2026-11-23T10:02:03.500000000Z'

test.each([
  { time, offset: 130, container: 'app', podUid: '5b0c1d2e' },
  { time, offset: 0, container: '', podUid: null },
  { time, offset: null, container: 'app', podUid: null },
])('a line is found again by its handle: %j', (handle) => expect(readHandle(handleText(handle))).toEqual(handle))

test.each(['', 'now', '-15m,1,app,uid', '2026-11-23,1', '2026-99-23T10:02:03Z', `${time}x`])('%j is no handle', (text) =>
  expect(readHandle(text)).toBeUndefined(),
)

test('a handle that was tampered with has no offset', () => expect(readHandle(`${time},1e9,app,uid`)?.offset).toBeNull())

import { expect, test } from 'vitest'
import { messagesIn } from '../../../demo/messages.ts'

test('fragments are one line, empty lines stay, spaces and bytes stay', () => {
  const content = [
    '2026-11-23T10:00:00.000000001Z stdout P begun ',
    '2026-11-23T10:00:00.000000002Z stdout P  and ',
    '2026-11-23T10:00:00.000000003Z stdout F done ',
    '2026-11-23T10:00:01.000000000Z stderr F ',
    '2026-11-23T10:00:02.000000000Z stderr F \xff\xfe',
    '',
  ].join('\n')
  expect(messagesIn(content)).toBe('begun  and done \n\n\xff\xfe\n')
})

import { expect, test } from 'vitest'
import { decodeContinue, encodeContinue } from '#query/kubernetes/api/continue-token.ts'

const list = ['default', 'pods', 'shop', 'app=cart', '']

test('a token leads on in its own list', () => {
  expect(decodeContinue('', 2, list)).toBeUndefined()
  expect(decodeContinue(encodeContinue(['shop', 'web-0'], list), 2, list)).toEqual(['shop', 'web-0'])
})

test.each([
  ['garbage', '!!'],
  ['base64 of no JSON', 'AAAA'],
  ['another kind of list', encodeContinue(['one'], list)],
  ['numbers for names', Buffer.from('[1,"x",1,2]').toString('base64url')],
  ['an object', Buffer.from('{}').toString('base64url')],
  ['other selectors', encodeContinue(['shop', 'web-0'], [...list, 'x'])],
])('a token that is %s is 400', (_, token) => {
  expect(() => decodeContinue(token, 2, list)).toThrow(expect.objectContaining({ code: 400 }))
})

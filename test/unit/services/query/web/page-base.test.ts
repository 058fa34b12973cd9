import { expect, test } from 'vitest'
import { baseFrom } from '#query/web/page-base.ts'

test.each([
  ['/', './'],
  ['/logs', './'],
  ['/logs?q=/a/b', './'],
  ['/pods/5b0c1d2e', '../'],
  ['/pods/5b0c1d2e/', '../../'],
  ['/deaths/', '../'],
])('from %s the page begins at %s, so that an address resolves to the same place under any prefix', (path, base) => {
  expect(baseFrom(path)).toBe(base)
  for (const prefix of ['', '/logs-of/dead'])
    expect(new URL('v1/deaths', new URL(base, `http://host${prefix}${path}`)).pathname).toBe(`${prefix}/v1/deaths`)
})

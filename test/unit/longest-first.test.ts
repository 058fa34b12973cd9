import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { longestFiles } from '#test/support/longest-first.ts'

test('what runs first are test files, each named once', () => {
  const missing = longestFiles.filter((name) => !existsSync(new URL(`../${name}.test.ts`, import.meta.url)))
  expect(missing).toEqual([])
  expect(new Set(longestFiles).size).toBe(longestFiles.length)
})

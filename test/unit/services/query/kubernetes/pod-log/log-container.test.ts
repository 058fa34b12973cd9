import { expect, test } from 'vitest'
import { parseLogContainer } from '#query/kubernetes/pod-log/log-container.ts'

test.each([
  ['', { name: '' }],
  ['app', { name: 'app' }],
  ['app@-3', { name: 'app', life: -3 }],
  ['app@2', { name: 'app', life: 2 }],
  ['@0', { name: '', life: 0 }],
])('%j names a container and a life', (text, container) => {
  expect(parseLogContainer(text)).toEqual(container)
})

test.each(['app@', 'app@x', 'app@--1', 'app@1.5', 'app@1234567890'])('%j is a 400', (text) => {
  expect(() => parseLogContainer(text)).toThrow(expect.objectContaining({ code: 400 }))
})

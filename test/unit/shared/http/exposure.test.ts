import { expect, test } from 'vitest'
import { exposureOf } from '#shared/http/exposure.ts'

test.each(['127.0.0.1', '127.9.9.9', '::1', 'localhost', 'LOCALHOST'])('%s is this machine alone: no warning', (host) => {
  expect(exposureOf(host)).toBeUndefined()
})

test.each(['0.0.0.0', '::', '10.0.0.7', '127.example', 'node-7'])('%s is reached from elsewhere: a warning says so', (host) => {
  expect(exposureOf(host)).toContain(`${host} can be reached from other machines, and there is no authentication`)
})

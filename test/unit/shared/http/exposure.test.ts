import { expect, test } from 'vitest'
import { exposureOf, isLoopback } from '#shared/http/exposure.ts'

test.each(['127.0.0.1', '127.9.9.9', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', 'localhost', 'LOCALHOST'])(
  '%s is this machine alone: no warning',
  (host) => {
    expect(isLoopback(host)).toBe(true)
    expect(exposureOf(host, undefined)).toBeUndefined()
  },
)

test.each(['0.0.0.0', '::', '10.0.0.7', '::ffff:10.0.0.7', '127.example', 'node-7'])(
  '%s is reached from elsewhere: a warning says so',
  (host) => {
    expect(isLoopback(host)).toBe(false)
    expect(exposureOf(host, undefined)).toContain(`${host} can be reached from other machines, and there is no authentication`)
  },
)

test('the warning says who can change retention, and never the token', () => {
  expect(exposureOf('0.0.0.0', undefined)).toContain('Until AFTERLOG_ADMIN_TOKEN is set, only clients on this machine can change')
  expect(exposureOf('0.0.0.0', 'hush')).not.toMatch(/AFTERLOG_ADMIN_TOKEN|hush/)
})

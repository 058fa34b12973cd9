import { expect, test } from 'vitest'
import { checkAdminOf } from '#shared/http/admin-token.ts'
import type { AfterlogError } from '#shared/errors.ts'

const token = 'a-Long.token_of~the+service/1=='
const from = (ip: string, authorization?: string) => ({ ip, headers: { authorization } })
const codeOf = (act: () => void): string => {
  try {
    act()
    return 'served'
  } catch (error) {
    expect((error as Error).message).not.toContain(token)
    return (error as AfterlogError).code
  }
}

test('with a token, every client needs it', () => {
  const check = checkAdminOf(token, undefined)
  for (const ip of ['127.0.0.1', '::1', '192.0.2.7']) {
    for (const right of [`Bearer ${token}`, `bearer  ${token} `]) expect(codeOf(() => check(from(ip, right)))).toBe('served')
    for (const wrong of [
      undefined,
      '',
      token,
      `Basic ${token}`,
      'Bearer',
      `Bearer ${token}x`,
      `Bearer ${token.slice(1)}`,
      `x Bearer ${token}`,
    ])
      expect(codeOf(() => check(from(ip, wrong)))).toBe('unauthorized')
  }
})

test('without a token, what needs an administrator is for clients on this machine', () => {
  const check = checkAdminOf(undefined, undefined)
  for (const ip of ['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1']) expect(codeOf(() => check(from(ip)))).toBe('served')
  for (const ip of ['192.0.2.7', '::ffff:192.0.2.7', 'fe80::1', '::'])
    expect(codeOf(() => check(from(ip, 'Bearer x')))).toBe('forbidden')
  expect(() => check(from('192.0.2.7'))).toThrow('this one is at 192.0.2.7: set AFTERLOG_ADMIN_TOKEN at the service')
})

test('without a token, a page whose name has an address of this machine is not served', () => {
  const page = (host: string) => ({ ip: '127.0.0.1', headers: { host } })
  const check = checkAdminOf(undefined, undefined)
  for (const host of ['localhost:8080', '127.0.0.1', '[::1]:8080']) expect(codeOf(() => check(page(host)))).toBe('served')
  for (const host of ['evil.example:8080', 'evil.example']) expect(codeOf(() => check(page(host)))).toBe('host-not-allowed')
  expect(codeOf(() => checkAdminOf(undefined, new Set(['logs.example']))(page('logs.example')))).toBe('served')
  expect(codeOf(() => checkAdminOf(token, undefined)(page('localhost')))).toBe('unauthorized')
})

test('the refusal of a wrong token does not repeat it', () => {
  expect(() => checkAdminOf(token, undefined)(from('::1', 'Bearer secret-of-another'))).toThrow(
    /^(?!.*secret-of-another).*AFTERLOG_ADMIN_TOKEN/,
  )
})

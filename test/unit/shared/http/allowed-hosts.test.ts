import { expect, test } from 'vitest'
import { checkHostOf, parseHostNames, type CheckHost } from '#shared/http/allowed-hosts.ts'

const local = checkHostOf('127.0.0.1', undefined)!
const isServed = (check: CheckHost, header: string): boolean => {
  try {
    check(header)
    return true
  } catch {
    return false
  }
}

test.each([
  'localhost',
  'localhost:8080',
  'LocalHost.:8080',
  'logs.localhost:8080',
  '127.0.0.1',
  '127.9.9.9:1',
  '[::1]',
  '[::1]:8080',
])('%s is a name of this machine', (header) => {
  expect(isServed(local, header)).toBe(true)
})

test.each([
  '',
  'evil.example',
  'evil.example:8080',
  'localhost.evil.example',
  'notlocalhost',
  '127.0.0.1.evil.example',
  '127.evil.example',
  '0.0.0.0:8080',
  '10.0.0.7',
  '[::2]',
  '[localhost]',
  'localhost@evil.example',
  'localhost, evil.example',
  'localhost:80:80',
  '::1',
])('%j is none', (header) => {
  expect(isServed(local, header)).toBe(false)
})

test('the refusal names what was asked for and the setting that allows it', () => {
  expect(() => local('evil.example:80')).toThrow(
    'the Host "evil.example:80" is not a name of this service: ' +
      'use localhost or 127.0.0.1, or add the name to AFTERLOG_ALLOWED_HOSTS',
  )
})

test.each(['127.0.0.1', '127.1.1.1', '::1', '0:0:0:0:0:0:0:1', 'localhost'])('a service on %s checks', (listensOn) => {
  expect(isServed(checkHostOf(listensOn, undefined)!, 'evil.example')).toBe(false)
})

test('names that are allowed are served beside those of this machine, whatever their case and port', () => {
  const check = checkHostOf('127.0.0.1', parseHostNames('Logs.example, logs,[fd00::1]'))!
  for (const header of ['logs.EXAMPLE:443', 'logs', '[fd00::1]:1', 'localhost']) expect(isServed(check, header)).toBe(true)
  for (const header of ['a.logs.example', 'logs.example.com', '10.0.0.7']) expect(isServed(check, header)).toBe(false)
})

test('beyond this machine names are checked only where some are allowed, and addresses never', () => {
  expect(checkHostOf('0.0.0.0', undefined)).toBeUndefined()
  const check = checkHostOf('0.0.0.0', parseHostNames('logs.example'))!
  for (const header of ['logs.example', '10.0.0.7:8080', '[fd00::1]:8080', '127.0.0.1'])
    expect(isServed(check, header)).toBe(true)
  expect(isServed(check, 'evil.example')).toBe(false)
})

test('* allows any name', () => {
  expect(checkHostOf('127.0.0.1', parseHostNames('*'))).toBeUndefined()
})

test.each(['logs.example:80', 'http://logs.example', '*.example', 'a b', '[::'])('%j is refused as a setting', (text) => {
  expect(() => parseHostNames(text)).toThrow(`${JSON.stringify(text)} is not a host name; write names without`)
})

test('a setting without a name is refused', () => {
  expect(() => parseHostNames(' , ')).toThrow('must name a host')
})

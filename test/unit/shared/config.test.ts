import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readConfig, variables } from '#shared/config.ts'
import type { ConfigError } from '#shared/variables.ts'

test('an empty environment has defaults for all', () => {
  const { config, unknown } = readConfig({ AFTERLOG_CLUSTER: '' })
  expect(config).toMatchObject({
    AFTERLOG_HTTP_HOST: '127.0.0.1',
    AFTERLOG_HTTP_PORT: 8080,
    AFTERLOG_CLICKHOUSE_URL: undefined,
    AFTERLOG_FSYNC: false,
  })
  expect(unknown).toEqual([])
})

test('all mistakes are reported together, with what would be right, and no secret is repeated', () => {
  const env = {
    AFTERLOG_HTTP_PORT: '80a',
    AFTERLOG_RETENTION: 'default=14',
    AFTERLOG_CLICKHOUSE_URL: 'ftp://u:hush@x',
    AFTERLOG_CLICKHOUSE_PASSWORD: 'x'.repeat(5000),
    AFTERLOG_ADMIN_TOKEN: 'hush hush',
  }
  try {
    readConfig(env)
    expect.unreachable()
  } catch (error) {
    const { problems, message } = error as ConfigError
    expect(problems).toHaveLength(5)
    expect(message).toContain('AFTERLOG_HTTP_PORT must be a whole number (it is "80a")')
    expect(message).toContain('"default=14" is not a rule; write namespace=14d')
    expect(message).not.toContain('xxxx')
    expect(message).not.toContain('hush')
  }
})

test('variables that mean nothing are named, those that Kubernetes sets for a Service are not', () => {
  const env = {
    AFTERLOG_HTTP_PROT: '1',
    AFTERLOG_SERVICE_HOST: '10.0.0.1',
    AFTERLOG_PORT_8080_TCP_ADDR: '10.0.0.1',
    AFTERLOG_TEST_X: '1',
  }
  expect(readConfig(env).unknown).toEqual(['AFTERLOG_HTTP_PROT'])
})

test('a level that is none is answered with those that are', () => {
  expect(() => readConfig({ AFTERLOG_LOG_LEVEL: 'verbose' })).toThrow(
    'AFTERLOG_LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent (it is "verbose")',
  )
})

test('variables of a Service whose name begins with ours are not taken for mistakes, and one that is in the way says what to set', () => {
  const env = {
    AFTERLOG_QUERY_PORT: 'tcp://10.0.0.1:80',
    AFTERLOG_QUERY_SERVICE_HOST: '10.0.0.1',
    AFTERLOG_QUERY_PORT_80_TCP: 'x',
  }
  expect(readConfig(env).unknown).toEqual([])
  expect(readConfig({ AFTERLOG_QUERY_PORT: '80' }).unknown).toEqual(['AFTERLOG_QUERY_PORT'])
  expect(() => readConfig({ AFTERLOG_HTTP_PORT: 'tcp://10.0.0.1:80' })).toThrow(/AFTERLOG_HTTP_PORT .*enableServiceLinks: false/)
})

test('docs/configuration.md has a row for every variable, with its default, and no other', () => {
  const rows = readFileSync('docs/configuration.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `AFTERLOG_'))
  const documented = new Map(
    rows.map((row) => row.split('|').map((cell) => cell.trim())).map(([, name, value]) => [name!.replaceAll('`', ''), value!]),
  )
  expect([...documented.keys()]).toEqual(Object.keys(variables))
  for (const [name, { default: value }] of Object.entries(variables)) {
    const shown = documented.get(name)!
    expect(shown, name).toMatch(
      value === undefined ? /^unset/ : value === '' ? /^empty$/ : new RegExp(`^\`${value.replaceAll('.', '\\.')}\``),
    )
  }
})

// docs/agent.md has exactly the variables and metrics that there are.
import { readFileSync } from 'node:fs'
import { Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { readAgentConfig, variables } from '../../../../services/agent/config.ts'
import { createAgentMetrics } from '../../../../services/agent/report/metrics.ts'

const page = readFileSync('docs/agent.md', 'utf8')
const rows = page
  .split('\n')
  .filter((line) => /^\| `(AFTERLOG|afterlog)_/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))

test('every variable has a row with its default, and no other has', () => {
  const documented = rows.filter(([, name]) => name!.startsWith('`AFTERLOG'))
  expect(documented.map(([, name]) => name)).toEqual(Object.keys(variables).map((name) => `\`${name}\``))
  for (const [, name, shown] of documented) {
    const { default: value } = variables[name!.replaceAll('`', '') as keyof typeof variables]
    expect(shown, name).toMatch(value === undefined ? /^unset/ : value === '' ? /^empty$/ : new RegExp(`^\`${value}\`$`))
  }
})

test('every metric has a row, and no other has', () => {
  const registry = new Registry()
  createAgentMetrics(registry, { files: () => 0, openFiles: () => 0, bytesBehind: () => 0, oldestUnread: () => 0 })
  const declared = (registry.getMetricsAsArray() as unknown as { name: string; type: string }[])
    .filter(({ name }) => name.startsWith('afterlog_'))
    .map(({ name, type }) => `\`${name}\` ${type}`)
  const documented = rows.filter(([, name]) => name!.startsWith('`afterlog')).map(([, name, type]) => `${name} ${type}`)
  expect(documented.toSorted()).toEqual(declared.toSorted())
})

test('all mistakes are reported at once, and names that mean nothing are named', () => {
  expect(() => readAgentConfig({ AFTERLOG_AGENT_URL: 'x', AFTERLOG_AGENT_POLL_MS: '1' })).toThrow(
    /AFTERLOG_AGENT_URL must be[^]*AFTERLOG_AGENT_POLL_MS must be[^]*See docs\/agent\.md/,
  )
  expect(readAgentConfig({ AFTERLOG_AGENT_POD_DIR: 'x', AFTERLOG_DATA_DIR: 'y' }).unknown).toEqual(['AFTERLOG_AGENT_POD_DIR'])
})

test.each([
  ['TENANT', 'my team'],
  ['TENANT', 't'.repeat(129)],
  ['TENANT', 'grün'],
  ['CLUSTER', 'grün'],
  ['CLUSTER', ' x'],
  ['NODE', 'x '],
  ['NODE', 'n'.repeat(254)],
])('a name that the service would not take stops the start: %s %j', (name, value) => {
  expect(() => readAgentConfig({ [`AFTERLOG_AGENT_${name}`]: value })).toThrow(`AFTERLOG_AGENT_${name} must be`)
})

test.each([
  ['TENANT', 'team-7'],
  ['TENANT', ''],
  ['CLUSTER', 'a b'],
  ['NODE', 'n'],
])('a name that it takes is taken: %s %j', (name, value) => {
  expect(() => readAgentConfig({ [`AFTERLOG_AGENT_${name}`]: value })).not.toThrow()
})

test('the manifest sets variables that there are, and mounts what they name', () => {
  interface Container {
    env: { name: string; value?: string }[]
    volumeMounts: { name: string; mountPath: string; readOnly?: boolean }[]
    securityContext: { readOnlyRootFilesystem: boolean }
  }
  const [, account, set] = parseAllDocuments(readFileSync('deploy/kubernetes/agent.yaml', 'utf8')).map(
    (document) => document.toJS() as unknown,
  ) as [unknown, { automountServiceAccountToken: boolean }, { spec: { template: { spec: { containers: Container[] } } } }]
  const [container] = set.spec.template.spec.containers
  expect(account.automountServiceAccountToken).toBe(false)
  expect(container!.securityContext.readOnlyRootFilesystem).toBe(true)
  expect(Object.keys(variables)).toEqual(expect.arrayContaining(container!.env.map(({ name }) => name)))
  const { config } = readAgentConfig(Object.fromEntries(container!.env.map(({ name, value }) => [name, value])))
  const mounts = container!.volumeMounts
  expect(mounts.find(({ mountPath }) => config.AFTERLOG_AGENT_PODS_DIR.startsWith(mountPath))?.readOnly).toBe(true)
  expect(mounts.find(({ mountPath }) => config.AFTERLOG_AGENT_STATE.startsWith(`${mountPath}/`))?.readOnly).not.toBe(true)
})

// The alert rules say what to do, and name only what ingest and query tell: a metric that is renamed would silence its
// alert without a word.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { errorCodes } from '#shared/errors.ts'
import { declaredMetrics } from '#test/support/declared-metrics.ts'

interface Rule {
  alert: string
  expr: string
  for?: string
  labels: { severity: string }
  annotations: { summary: string; description: string; action: string }
}
const { groups } = parse(readFileSync('deploy/dashboards/alerts.yml', 'utf8')) as { groups: { name: string; rules: Rule[] }[] }
const rules = groups.flatMap((group) => group.rules)

test('every rule has a name of its own, a severity, and says in words what is wrong and what to do', () => {
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length)
  for (const { alert, labels, annotations, for: duration = '0m' } of rules) {
    expect(alert).toMatch(/^Afterlog[A-Z]\w+$/)
    expect(labels.severity, alert).toMatch(/^(warning|critical)$/)
    expect(duration, alert).toMatch(/^\d+[smh]$/)
    expect(Object.keys(annotations), alert).toEqual(['summary', 'description', 'action'])
    for (const text of Object.values(annotations)) expect(text.length, alert).toBeGreaterThan(20)
  }
})

test('every metric that a rule names is told, and so are the labels it groups and prints by', async () => {
  const metrics = await declaredMetrics()
  for (const { alert, expr, annotations } of rules) {
    const names = expr.match(/\bafterlog_\w+/g) ?? []
    expect(names, alert).not.toEqual([])
    expect([...metrics.keys()], alert).toEqual(expect.arrayContaining(names))
    const labels = new Set(['instance', ...names.flatMap((name) => metrics.get(name)!.labelNames)])
    const grouped = [...expr.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, list]) => list!.split(/,\s*/))
    const printed = [
      ...Object.values(annotations)
        .join(' ')
        .matchAll(/\$labels\.(\w+)/g),
    ].map(([, name]) => name!)
    for (const label of [...grouped, ...printed]) expect(labels.has(label), `${alert}: ${label}`).toBe(true)
  }
})

test('every metric of lag has an alert', () => {
  const text = rules.map(({ expr }) => expr).join(' ')
  for (const name of ['partition_lag', 'partition_lag_seconds', 'last_commit_timestamp_seconds'])
    expect(text).toContain(`kafka_${name}`)
})

test('the codes that an action explains are those of failed inserts', () => {
  const { action } = rules.find(({ alert }) => alert === 'AfterlogInsertsFail')!.annotations
  const explained = [...action.matchAll(/\b([a-z]+-[a-z]+):/g)].map(([, code]) => code!)
  expect(explained.length).toBeGreaterThan(3)
  expect(Object.keys(errorCodes)).toEqual(expect.arrayContaining(explained))
})

// The dashboard asks only for series that a process tells, by labels that they have: a metric that is renamed would
// empty its panel.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { declaredMetrics, seriesOf } from '#test/support/declared-metrics.ts'

interface Panel {
  id: number
  type: string
  title: string
  description?: string
  gridPos: { x: number; y: number; w: number; h: number }
  targets?: { refId: string; expr: string; legendFormat: string }[]
}
const { panels } = JSON.parse(readFileSync('deploy/dashboards/afterlog.json', 'utf8')) as { panels: Panel[] }
const queries = panels.flatMap(({ title, targets = [] }) => targets.map((target) => ({ title, ...target })))
/** What Prometheus adds to each series, and `le` of buckets. */
const always = ['instance', 'le']
const metricName = /\b(?:afterlog|process|nodejs)_\w+/g

test('every series that a panel asks for is told, and so are the labels that it selects, groups and shows by', async () => {
  const labelsOf = new Map(
    [...(await declaredMetrics()).values()].flatMap((metric) => seriesOf(metric).map((name) => [name, metric.labelNames])),
  )
  expect(queries.length).toBeGreaterThan(30)
  for (const { title, expr, legendFormat } of queries) {
    const names = expr.match(metricName) ?? []
    expect(names, title).not.toEqual([])
    for (const name of names) expect([...labelsOf.keys()], title).toContain(name)
    const known = new Set([...always, ...names.flatMap((name) => labelsOf.get(name)!)])
    const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list]) => list!.split(/,\s*/))
    const selected = [...expr.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)].map(([, label]) => label!)
    const shown = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!)
    for (const label of [...grouped, ...selected, ...shown]) expect(known.has(label), `${title}: ${label}`).toBe(true)
    // A legend can only show what the sum has left.
    for (const label of shown) expect(grouped, `${title}: ${label}`).toContain(label)
  }
})

test('counters are asked for as rates, and quantiles of buckets by their bound', async () => {
  const metrics = await declaredMetrics()
  for (const { title, expr } of queries) {
    for (const [name] of expr.matchAll(metricName)) {
      const isRate = new RegExp(String.raw`(?:rate|increase)\(${name}[{[]`).test(expr)
      const metric = metrics.get(name)
      if (metric === undefined || metric.type === 'counter') expect(isRate, `${title}: ${name}`).toBe(true)
      else expect(isRate, `${title}: ${name}`).toBe(false)
    }
    if (expr.includes('histogram_quantile')) expect(expr, title).toMatch(/by \(le\b[^)]*\) \(rate\(\w+_bucket/)
  }
})

test('what matters most has a panel: requests, statements, the projector, ingest, the store, the process', () => {
  const text = queries.map(({ expr }) => expr).join(' ')
  for (const name of [
    'afterlog_http_request_duration_seconds',
    'afterlog_http_requests_failed_total',
    'afterlog_statement_duration_seconds',
    'afterlog_statements_failed_total',
    'afterlog_projector_lag_seconds',
    'afterlog_projector_backlog',
    'afterlog_projector_failures_total',
    'afterlog_projector_pods_total',
    'afterlog_projector_duration_seconds',
    'afterlog_ingest_records_rejected_total',
    'afterlog_kafka_partition_lag',
    'afterlog_store_disk_free_bytes',
    'process_resident_memory_bytes',
  ])
    expect(text).toContain(name)
})

test('panels have an id, a title and a sentence of their own, and none lies over another', () => {
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
  const taken = new Set<string>()
  for (const { title, type, description, gridPos, targets = [] } of panels) {
    expect(title).not.toBe('')
    if (type !== 'row') expect(description, title).toMatch(/\.$/)
    expect(new Set(targets.map(({ refId }) => refId)).size, title).toBe(targets.length)
    expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24)
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        expect(taken.has(`${x}/${y}`), title).toBe(false)
        taken.add(`${x}/${y}`)
      }
  }
})

// docs/metrics.md lists exactly the metrics that there are.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { declaredMetrics } from '#test/support/declared-metrics.ts'

interface Row {
  name: string
  type: string
  labelNames: string[]
}

const rows: Row[] = [...readFileSync('docs/metrics.md', 'utf8').matchAll(/^\| `(afterlog_\w+)` \| (\w+) \|([^|]*)\|/gm)].map(
  ([, name, type, labels]) => ({
    name: name!,
    type: type!,
    labelNames: [...labels!.matchAll(/`(\w+)`/g)].map(([, label]) => label!),
  }),
)

test('every metric of ours is documented with its type and its labels, and no other is', async () => {
  const declared = [...(await declaredMetrics()).values()].filter(({ name }) => name.startsWith('afterlog_'))
  const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1)
  expect(rows.toSorted(byName)).toEqual(
    declared.map(({ name, type, labelNames }) => ({ name, type, labelNames: [...labelNames] })).toSorted(byName),
  )
})

test('names follow the conventions of Prometheus', async () => {
  for (const { name, type } of (await declaredMetrics()).values()) {
    if (!name.startsWith('afterlog_')) continue
    expect(name.endsWith('_total'), name).toBe(type === 'counter')
    if (type === 'histogram') expect(name, name).toMatch(/_(seconds|bytes)$/)
    expect(name, name).not.toMatch(/_(seconds|bytes)_(?!total$|inserted_total$|read_total$)/)
  }
})

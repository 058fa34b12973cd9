// A page of pods by any filter is what a plain filter over all of them says, on any population: crash loops, static
// pods, pods of which only lines or Events are stored, lines without a uid, facts that came twice, and pages from any
// place.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { columns } from '#ingest/store/columns.ts'
import { readPodPage, type PodPosition } from '#query/pods/read-page.ts'
import type { PodFilter } from '#query/pods/pod-filter.ts'
import type { LabelRequirement } from '#shared/stored-pods/label-selector.ts'
import { createReading } from '#shared/store-reading/reading.ts'
import { raw } from '#shared/clickhouse/sql.ts'
import type { Outcome } from '#shared/lifecycle/evidence.ts'
import { epochNs } from '#shared/pod-model/epoch-ns.ts'
import type { PodRecord } from '#shared/pod-model/record.ts'
import { scale, seed } from '#test/support/campaign.ts'
import { openRecordProjector } from '#test/support/record-projector.ts'
import { openTestStore, type TestStore } from '#test/support/store.ts'

type Row = Record<string, unknown>
type Table = 'pods' | 'lives' | 'events' | 'logs'

let opened: TestStore
beforeAll(async () => {
  opened = await openTestStore()
  for (const table of ['pods', 'pod_revisions', 'pod_lookup', 'lines_of_lives', 'lives', 'events'])
    await opened.store.command({ sql: raw(`SYSTEM STOP MERGES ${table}`) })
})
afterAll(() => opened?.[Symbol.asyncDispose]())

const begin = Date.UTC(2026, 10, 23)
const instant = (s: number): string => `${new Date(begin + s * 1000).toISOString().slice(0, 19).replace('T', ' ')}.000000000`
const ns = (s: number): bigint => BigInt(begin + s * 1000) * 1_000_000n

interface Made {
  number: number
  born: number
  lasts: number
  lives: number
  told: boolean
  gone: boolean
  static: boolean
  says: 'nothing' | 'uid' | 'container id' | 'neither'
  events: number
  node: number
}

const made: fc.Arbitrary<Made> = fc.record({
  number: fc.nat(1_000_000),
  born: fc.nat(3000),
  lasts: fc.nat(2000),
  lives: fc.integer({ min: 1, max: 12 }),
  told: fc.boolean(),
  gone: fc.boolean(),
  static: fc.nat(5).map((n) => n === 0),
  says: fc.constantFrom('nothing', 'uid', 'uid', 'container id', 'neither'),
  events: fc.nat(2),
  node: fc.nat(3),
})

/** Rows of one pod; of its lines some lie before its object's times and some behind. */
function rowsOf(pod: Made, tenant: string, withRare: boolean): Record<Table, Row[]> {
  const { number, born, lasts, lives, told, gone, says, events, node } = pod
  const rare = withRare || says === 'nothing' || says === 'uid'
  const uid = `uid-${number}`
  // Static pods that were made again with the same manifest share its uid, their names and their containers.
  const manifest = withRare && pod.static ? number % 30 : undefined
  const mirror = manifest === undefined ? '' : `${manifest}`.padStart(32, '0')
  const ids = manifest === undefined ? number : 2_000_000 + manifest
  const name = `pod-${(manifest ?? number) % 40}`
  const place = { tenant, cluster: 'c', namespace: `ns-${(manifest ?? number) % 3}`, pod: name, container: 'app', pod_uid: uid }
  const at = (restart: number): number => born + Math.floor((lasts * restart) / lives)
  const object = {
    ...place,
    name: place.pod,
    uid,
    mirror_uid: mirror,
    version: 1,
    node: `node-${node}`,
    labels: { app: `app-${number % 5}` },
    ip: `10.0.0.${number % 7}`,
    gone: gone ? 1 : 0,
    object: '{}',
    created_at: instant(born),
    started_at: instant(born),
    status_at: instant(born + lasts),
    owner_kind: 'Deployment',
    owner_name: `app-${number % 5}`,
  }
  const life = (restart: number): Row => ({
    ...place,
    restart,
    version: 1 + (number % 5),
    container_id: idOf(ids, restart),
    node: '',
  })
  const line = (restart: number): Row => {
    const carried = {
      uid: { restart, pod_uid: mirror || uid },
      'container id': { restart: -1, pod_uid: '', container_id: `containerd://${idOf(ids, restart)}` },
    }
    const nothing = { restart: -1, pod_uid: '', container_id: '' }
    const own = says === 'uid' || says === 'container id' ? carried[says] : nothing
    return {
      ...place,
      ...own,
      ts: instant(at(restart) + ((number * 7 + restart * 13) % 90)),
      message: 'm',
      offset: restart,
      node: `node-${node}`,
    }
  }
  const event = (i: number): Row => ({
    ...place,
    uid: `event-${number}-${i}`,
    version: 1,
    involved_kind: 'Pod',
    involved_uid: mirror || uid,
    involved_name: place.pod,
    involved_namespace: place.namespace,
    first_time: instant(born + i * 300),
    last_time: instant(born + i * 600 + (number % 3) * 1500),
    host: `node-${node}`,
    count: 1,
  })
  const each = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i))
  return {
    pods: told ? [object, { ...object, version: 2, status_at: instant(born + lasts + 5) }] : [],
    lives: told ? each(lives, life) : [],
    logs: says === 'nothing' || !rare ? [] : each(lives, line),
    events: each(events, event),
  }
}

const idOf = (number: number, restart: number): string =>
  `${(number * 31 + restart).toString(16).padStart(8, '0')}${'ab'.repeat(28)}`

async function store(tenant: string, pods: readonly Made[], withRare: boolean): Promise<void> {
  for (const table of ['pods', 'lives', 'logs', 'events'] as const) {
    const rows = pods.flatMap((pod) => rowsOf(pod, tenant, withRare)[table])
    const text = rows.map(
      (row) =>
        `${JSON.stringify(columns[table].map((column) => row[column] ?? standard[column] ?? (column in standard ? null : '')))}\n`,
    )
    // Two parts, and what is told twice in both.
    for (const part of [text.slice(0, text.length * 0.6), text.slice(text.length * 0.5)])
      if (part.length > 0)
        await opened.store.insert({
          table,
          columns: columns[table],
          rows: Buffer.from(part.join('')),
          format: 'JSONCompactEachRow',
        })
  }
}

/** Of columns that are no text. */
const standard: Record<string, unknown> = {
  waiting: {},
  labels: {},
  annotations: {},
  attributes: {},
  gone: 0,
  partial: 0,
  eof: 0,
  ordinal: 0,
  seq: 0,
  length: -1,
  exit_code: null,
  signal: null,
  created_at: null,
  disruption_at: null,
  started_at: null,
  deleted_at: null,
  ready_at: null,
  status_at: null,
  finished_at: null,
  received: instant(0).slice(0, 23),
}

const times = fc.integer({ min: -100, max: 5000 })
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined, freq: 3 })
const one = (prefix: string, count: number): fc.Arbitrary<string[] | undefined> =>
  maybe(fc.nat(count).map((n) => [`${prefix}${n}`]))
const filters: fc.Arbitrary<Omit<PodFilter, 'tenant'>> = fc.record({
  namespace: one('ns-', 2),
  name: one('pod-', 39),
  node: one('node-', 4),
  owner: one('Deployment/app-', 5),
  outcome: maybe(fc.constantFrom('running', 'unknown', 'deleted', 'crashed').map((outcome) => [outcome as Outcome])),
  label: maybe(
    fc
      .tuple(fc.nat(5), fc.constantFrom('in' as const, 'notin' as const))
      .map(([n, operator]): LabelRequirement[] => [
        n === 5 ? { operator: 'exists', key: 'app' } : { operator, key: 'app', values: [`app-${n}`] },
      ]),
  ),
  from: maybe(times.map(ns)),
  to: maybe(times.map(ns)),
  at: maybe(times.map(ns)),
})
/** Few filters at a time: many find nothing. */
const someFilters = fc
  .tuple(
    filters,
    fc.shuffledSubarray(['namespace', 'name', 'node', 'owner', 'label', 'outcome', 'from', 'to', 'at'] as const, {
      maxLength: 2,
    }),
  )
  .map(([filter, kept]) => Object.fromEntries(kept.map((key) => [key, filter[key]])) as Omit<PodFilter, 'tenant'>)

/** By what the record shows, with no handle and no index. */
function isAsked(record: PodRecord, filter: Omit<PodFilter, 'tenant'>): boolean {
  const { namespace, name, node, owner, label, outcome, from, to, at } = filter
  const first = record.firstSeen === null ? 0n : epochNs(record.firstSeen)
  const last = record.living ? 2n ** 63n : record.lastSeen === null ? 0n : epochNs(record.lastSeen)
  const ownerOf = [record.owner.name, `${record.owner.kind}/${record.owner.name}`]
  return (
    (namespace ?? [record.namespace]).includes(record.namespace) &&
    (name ?? [record.name]).includes(record.name) &&
    (node ?? [record.node]).includes(record.node) &&
    (outcome ?? [record.outcome]).includes(record.outcome) &&
    (owner === undefined || owner.some((asked) => ownerOf.includes(asked))) &&
    (label ?? []).every(({ operator, key, ...rest }) => {
      const value = record.labels[key]
      if (operator === 'exists') return value !== undefined
      const isOne = value !== undefined && 'values' in rest && rest.values.includes(value)
      return operator === 'in' ? isOne : !isOne
    }) &&
    (from === undefined || last >= from) &&
    (to === undefined || first < to) &&
    (at === undefined || (first <= at && last >= at))
  )
}

const withoutLines = ({ lives: _lives, lastSeen: _lastSeen, ...rest }: PodRecord): unknown => rest

for (const [tenant, withRare] of [
  ['plain', false],
  ['rare', true],
] as const) {
  test(`pages are those of a plain filter over all pods (${tenant})`, { timeout: 120_000 * scale }, async () => {
    const pods = fc.sample(made, { seed: 7, numRuns: 300 })
    await store(tenant, [...new Map(pods.map((pod) => [pod.number, pod])).values()], withRare)
    await (await openRecordProjector(opened.store)).catchUp()
    const reading = createReading({ store: opened.store, limits: {} })
    const pageOf = (filter: Omit<PodFilter, 'tenant'>, position: PodPosition | undefined, limit: number) =>
      readPodPage(reading, { filter: { tenant, ...filter }, sort: 'created', position, since: 2n ** 62n, limit })
    const all = (await pageOf({}, undefined, 10_000)).records
    expect(all.length).toBeGreaterThan(200)
    const newestFirst = all.map(({ firstSeen, uid }) => [-(firstSeen === null ? 0n : epochNs(firstSeen)), uid] as const)
    expect(newestFirst).toEqual(newestFirst.toSorted(([a, x], [b, y]) => (a < b || (a === b && x < y) ? -1 : 1)))
    let matched = 0
    let paged = 0
    await fc.assert(
      fc.asyncProperty(someFilters, fc.integer({ min: 20, max: 60 }), async (filter, limit) => {
        const expected = all.filter((record) => isAsked(record, filter))
        const records: PodRecord[] = []
        let position: PodPosition | undefined
        for (;;) {
          const page = await pageOf(filter, position, limit)
          expect(page.records.length).toBeLessThanOrEqual(limit)
          records.push(...page.records)
          if (page.next === null) break
          expect(page.records).toHaveLength(limit)
          position = page.next
          paged += 1
        }
        expect(records.map(withoutLines)).toEqual(expected.map(withoutLines))
        matched += records.length
      }),
      { numRuns: scale === 1 ? 7 : 120, seed: 2025 + seed },
    )
    expect(matched).toBeGreaterThan(200)
    expect(paged).toBeGreaterThan(0)
  })
}

// Kubernetes objects for tests: the fixtures, variations of them, and what the decoder makes of them as rows and as
// evidence.
import { readFileSync } from 'node:fs'
import { decodeLifecycle, type Decoded } from '#ingest/formats/kubernetes.ts'
import type { Origin } from '#ingest/normalise/origin.ts'
import { columns } from '#ingest/store/columns.ts'
import type { TableName } from '#ingest/store/table-rows.ts'
import { isBeside } from '#shared/lifecycle/event-meaning.ts'
import type { LifeEvidence } from '#shared/lifecycle/evidence.ts'
import { instancesOf, type InstanceReport } from '#shared/lifecycle/instances.ts'
import { withOomEvents } from '#shared/lifecycle/oom-event.ts'
import type { Evidence } from '#shared/lifecycle/outcome.ts'

export const origin: Origin = {
  tenant: 'default',
  cluster: 'prod-eu',
  node: '',
  agent: '',
  receivedMs: Date.UTC(2026, 10, 23, 12),
  source: 'http:/v1/lifecycle',
}

export type Row = Record<string, unknown>
// oxlint-disable-next-line typescript/no-explicit-any -- tests reach into objects of Kubernetes as they come
export type KubernetesObject = Record<string, any>

/** A fixture's text, e.g. `pod-crash-loop.json`. */
export function fixtureText(name: string): Buffer {
  return readFileSync(new URL(`../fixtures/kubernetes/${name}`, import.meta.url))
}

/** A fresh copy of a JSON fixture, changed by `change`. */
export function fixture(name: string, change: (object: KubernetesObject) => void = () => {}): KubernetesObject {
  const object = JSON.parse(fixtureText(`${name}.json`).toString()) as KubernetesObject
  change(object)
  return object
}

export function decode(value: unknown, from: Origin = origin): Decoded {
  return decodeLifecycle(Buffer.from(JSON.stringify(value)), 'json', from)
}

/** Rows of one table with their columns' names. */
export function rowsOf({ tables }: Decoded, table: Exclude<TableName, 'logs'>): Row[] {
  const found = tables.find((rows) => rows.table === table)
  if (found === undefined) return []
  const lines = found.rows.toString().trimEnd().split('\n')
  return lines.map((line) => Object.fromEntries((JSON.parse(line) as unknown[]).map((value, i) => [columns[table][i], value])))
}

/** What the store would hold of these objects, newest version of each key, as evidence of one pod. */
export function evidenceOf(...objects: unknown[]): Evidence {
  const decoded = decode(objects)
  if (decoded.rejects.length > 0) throw new Error(decoded.rejects[0]!.detail)
  const told = rowsOf(decoded, 'pods')
  const [pod] = newest(told, ({ uid }) => String(uid))
  const asked = told
    .flatMap((row) => (typeof row['deleted_at'] === 'string' ? [row['deleted_at']] : []))
    .toSorted((a, b) => (a < b ? -1 : 1))
  const events = newest(rowsOf(decoded, 'events'), ({ uid }) => String(uid)).map(
    ({ reason, message, last_time: time, field_path: path, component }) => ({
      reason: String(reason),
      message: String(message),
      time: String(time),
      container: /\{(.*)\}/.exec(String(path))?.[1] ?? '',
      beside: isBeside(String(path)),
      component: String(component),
    }),
  )
  return {
    pod: pod === undefined ? null : ({ ...podEvidence(pod), deletedAt: asked[0] ?? null } as unknown as Evidence['pod']),
    lives: withOomEvents(instancesOf(newest(rowsOf(decoded, 'lives'), lifeKey).map(lifeReport)), events),
    events,
  }
}

const lifeKey = ({ container, restart, instance }: Row): string => [container, restart, instance].map(String).join('/')

const lifeReport = (life: Row): LifeEvidence & InstanceReport =>
  ({
    ...life,
    containerId: life['container_id'],
    imageId: life['image_id'],
    exitCode: life['exit_code'],
    startedAt: life['started_at'],
    finishedAt: life['finished_at'],
  }) as unknown as LifeEvidence & InstanceReport

const podEvidence = (pod: Row): Row => ({
  ...pod,
  disruptionMessage: pod['disruption_message'],
  disruptionAt: pod['disruption_at'],
  gone: pod['gone'] === 1,
  startedAt: pod['started_at'],
  statusAt: pod['status_at'],
  readyAt: pod['ready_at'],
})

function newest(rows: readonly Row[], key: (row: Row) => string): Row[] {
  const kept = new Map<string, Row>()
  for (const row of rows) {
    const known = kept.get(key(row))
    if (known === undefined || BigInt(String(row['version'])) >= BigInt(String(known['version']))) kept.set(key(row), row)
  }
  return [...kept.values()]
}

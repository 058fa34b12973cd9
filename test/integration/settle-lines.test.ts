// Counts and coverage of lives are the same however their lines are cut into statements, and are right where a
// statement may use little.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { raw, type Fragment } from '#shared/clickhouse/sql.ts'
import { AfterlogError } from '#shared/errors.ts'
import type { PieceRow } from '#projector/count-lines/lines-in-window.ts'
import { loadFacts } from '#projector/load-facts.ts'
import { createLineSettler } from '#projector/settle-lines.ts'
import { readSmallPods } from '#projector/count-lines/read-small-pods.ts'
import type { CountablePod } from '#projector/count-lines/small-pods.ts'
import { createReading, type RowReading } from '#shared/store-reading/reading.ts'
import type { PodFacts } from '#shared/pod-model/pod.ts'
import { sealOf } from '#shared/pod-model/seal/seal.ts'
import { containerLog, type LogRecord } from '#test/support/container-log.ts'
import { openProjectorService, type ProjectorService } from '#test/support/projector-service.ts'
import { randomRun } from '#test/support/seal-runs.ts'

let service: ProjectorService
beforeAll(async () => {
  service = await openProjectorService()
  await service.store.command({ sql: raw('SYSTEM STOP MERGES logs') })
})
afterAll(() => service[Symbol.asyncDispose]())

const startMs = Date.parse('2026-11-23T09:00:00Z')
const lowestMemoryBytes = 16 * 1024 * 1024

const factsOf = async (reading: RowReading, uids: readonly string[]): Promise<CountablePod[]> =>
  (await loadFacts(reading, 'default', uids)).pods.map(({ facts }) => facts)

async function settled(uids: readonly string[], reading: RowReading, linesAtOnce = 250_000): Promise<PodFacts[]> {
  const settler = createLineSettler({ reading, linesAtOnce })
  const facts = await factsOf(reading, uids)
  return settler.covered('default', await settler.counted('default', facts, { sizes: true }))
}

/** A store whose statements may lay out no more than `linesMax` lines, unless they have one time. */
function narrow(linesMax: number): RowReading {
  const reading = createReading({ store: service.store, limits: {} })
  return {
    ...reading,
    async rows<T>(statement: Fragment): Promise<T[]> {
      const rows = await reading.rows<T>(statement)
      const pieces = (rows as Partial<PieceRow>[]).filter(({ places }) => places !== undefined)
      const lines = pieces.reduce((sum, { places, clashes }) => sum + places! + clashes!, 0)
      const times = new Set(pieces.flatMap(({ earliest, firstAt, lastAt }) => [earliest, firstAt, lastAt]))
      if (lines > linesMax && times.size > 1) throw new AfterlogError('query-limit', `${lines} lines`)
      return rows
    },
  }
}

/** From the lines themselves, one by one. */
async function modelOf(uids: readonly string[]): Promise<PodFacts[]> {
  const reading = createReading({ store: service.store, limits: {} })
  const facts = await factsOf(reading, uids)
  const small = await readSmallPods(reading, 'default', facts)
  return facts.map((pod) => small.get(pod)!.facts)
}

const sorted = (rows: readonly object[]): string[] =>
  rows.map((row) => JSON.stringify(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)))).toSorted()
const countsOf = (pod: PodFacts) =>
  sorted(pod.counts.map(({ slot: _slot, firstLine: _first, lastLine: _last, ...count }) => count))
const stretchesOf = (pod: PodFacts) => sorted(pod.stretches!.map((stretch) => ({ ...stretch, ended: stretch.ended ? 1 : 0 })))
const sealsOf = (pod: PodFacts) => {
  const { firstLine, lastLine } = pod.lines[0]!
  const evidence = { lines: 1, stretches: pod.stretches!, losses: [], startedAt: null, firstLine, lastLine }
  return (['ended', 'running', 'vanished', 'unknown'] as const).map((end) => sealOf({ ...evidence, end }))
}
/**
 * Numbers that are exact only where no bytes of one window lie among those of another: more than none says what they
 * say.
 */
const contradicted = (pod: PodFacts): boolean =>
  pod.stretches!.some(({ clashes, overlaps, from }) => from >= 0 && clashes + overlaps > 0)

const seed = 2026

async function areWhatLinesSay(uids: readonly string[]): Promise<void> {
  const model = await modelOf(uids)
  expect(model.filter((pod) => !contradicted(pod)).length).toBeGreaterThan(0)
  for (const linesMax of [5, 100_000]) {
    const pods = await settled(uids, narrow(linesMax))
    for (const [i, pod] of pods.entries()) {
      const truth = model[i]!
      expect([pod.uid, countsOf(pod)]).toEqual([truth.uid, countsOf(truth)])
      expect([pod.uid, sealsOf(pod)]).toEqual([truth.uid, sealsOf(truth)])
      if (linesMax > 5 || !contradicted(truth)) expect([pod.uid, stretchesOf(pod)]).toEqual([truth.uid, stretchesOf(truth)])
    }
  }
}

test('3 random lives, read five lines at a time, are what their lines say', async () => {
  const runs = Array.from({ length: 3 }, (_, i) => {
    const { batches } = randomRun(seed + i, `random-${i}`, startMs)
    return { uid: `random-${i}`, batches: batches.filter((batch) => batch.length > 0) }
  }).filter(({ batches }) => batches.length > 0)
  const rounds = Math.max(...runs.map(({ batches }) => batches.length))
  for (let i = 0; i < rounds; i++) await service.say(runs.flatMap(({ batches }) => batches[i] ?? []))
  await areWhatLinesSay(runs.map(({ uid }) => uid))
})

test('marks where lines begin, end and lie, and behind them, are what the lines say', async () => {
  const places = [0, 70, 174, 232, 580, 580, 700]
  const uids = places.map((_, i) => `marked-${i}`)
  for (const [i, uid] of uids.entries()) {
    const [file] = containerLog([10], { podUid: uid, startMs })
    const marks = places.slice(0, i + 1).map((offset, at): LogRecord => {
      const { path, file: name, cri } = file![9 - at]!
      return { path, cri: '', time: cri.slice(0, 30), file: name!, offset, mark: true }
    })
    await service.say([...marks, ...file!.filter((_, line) => i < 4 || line !== 5)])
  }
  await areWhatLinesSay(uids)
})

test('small pods whose lines were sent many times are read together, though not all at once', async () => {
  const uids = Array.from({ length: 40 }, (_, n) => `sent-often-${n}`)
  const times = 4
  for (let i = 0; i < times; i++)
    await service.store.command({
      sql: raw(`INSERT INTO logs (tenant, ts, namespace, pod, pod_uid, container, restart, message, class)
        SELECT 'default', fromUnixTimestamp64Nano(toInt64(${startMs}000000 + number * 10000000), 'UTC'), 'shop',
          concat('sent-often-', toString(number % 40)), concat('sent-often-', toString(number % 40)), 'app', 0,
          concat('line ', toString(number)), 'default'
        FROM numbers(6000)`),
    })
  const reading = createReading({ store: service.store, limits: {} })
  const facts = await factsOf(reading, uids)
  let statements = 0
  const counting = { ...reading, binary: (statement: Fragment) => (statements++, reading.binary(statement)) }
  const small = await readSmallPods(counting, 'default', facts)
  expect(facts.map((pod) => small.get(pod)!.facts.counts[0]!.lines)).toEqual(uids.map(() => '150'))
  expect(statements).toBe(3)
})

describe('300,000 lines in one pod, sent again in pieces', () => {
  const lines = 300_000
  const rowsOf = (
    from: number,
    to: number,
  ) => `INSERT INTO logs (tenant, ts, cluster, namespace, pod, pod_uid, container, restart, severity, message, offset, length, file, class)
    SELECT 'default', fromUnixTimestamp64Nano(toInt64(${startMs}000000 + number * 10000000), 'UTC'), 'main', 'shop', 'big-0', 'big', 'app', 0,
      if(number % 50 = 0, 'error', 'info'), concat('line ', toString(number)), number * 100, 100, 'inode-1', 'default'
    FROM numbers(${from}, ${to - from})`
  beforeAll(async () => {
    const pieces = [[0, 120_000], [90_000, 150_000], [150_000, 149_000 + 71_000], [221_000, lines], [0, 50_000], [280_000, lines]] // prettier-ignore
    for (const [from, to] of pieces) await service.store.command({ sql: raw(rowsOf(from!, to!)) })
  })

  test('are counted and laid out right by statements of 16 MiB', async () => {
    const [pod] = await settled(
      ['big'],
      createReading({ store: service.store, limits: { memoryBytes: lowestMemoryBytes } }),
      60_000,
    )
    expect(pod!.counts).toMatchObject([{ lines: '299000', stored: '299000', errors: '5980' }])
    expect(pod!.stretches).toMatchObject([
      { from: 0, to: 22_000_000, places: 220_000, clashes: 0, overlaps: 0 },
      { from: 22_100_000, to: 30_000_000, places: 79_000, clashes: 0, overlaps: 0 },
    ])
  })
})

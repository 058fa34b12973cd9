// The guarantees of decision 0001, over HTTP and on the real engine. Each of the breakages of bench/faults/break-it.ts
// fails here.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { raw } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { AfterlogError } from '#shared/errors.ts'
import { createIngest } from '#ingest/service.ts'
import { createProjector } from '#projector/service.ts'
import { createQuery } from '#query/service.ts'
import { answersOf, once, post, record, someTime, type Poster } from '#test/support/lines.ts'
import { startTestService, type TestService } from '#test/support/service.ts'

type Insert = LogStore['insert']
/** What stands between the service and the store. */
let gate: (pass: () => Promise<void>) => Promise<void> = (pass) => pass()
const insertThrough =
  (insert: Insert): Insert =>
  (rows) =>
    gate(() => insert(rows))

let service: TestService
beforeAll(async () => {
  service = await startTestService({ AFTERLOG_RETENTION: 'default=14d,payments=90d' }, [
    (deps) => createIngest({ ...deps, store: { ...deps.store, insert: insertThrough(deps.store.insert) } }),
    createProjector,
    createQuery,
  ])
})
afterAll(async () => service[Symbol.asyncDispose]())

let tenants = 0
/** A tenant of its own for each test. */
const poster = (): Poster => ({ url: service.url, tenant: `t${tenants++}` })
const command = (text: string) => service.store.command({ sql: raw(text) })
const rows = <T>(text: string) => service.store.rows<T>({ sql: raw(text) })

/** Looks with every sent row still there, and again after everything was merged. */
async function expectOnce(at: Poster, messages: string[]): Promise<void> {
  expect(await answersOf(at)).toEqual(once(messages))
  await command('SYSTEM START MERGES logs')
  await command('OPTIMIZE TABLE logs FINAL')
  expect(await answersOf(at)).toEqual(once(messages))
  await command('SYSTEM STOP MERGES logs')
}

describe('acknowledged means inserted', () => {
  test('no answer comes before the insert has ended, and then the line is there', async () => {
    const at = poster()
    const reached = Promise.withResolvers<void>()
    const opened = Promise.withResolvers<void>()
    gate = async (pass) => {
      reached.resolve()
      await opened.promise
      await pass()
    }
    let answered = false
    const posted = post(at, [record('slow')]).finally(() => (answered = true))
    await reached.promise
    // Answers to others pass it by, several times over.
    for (let i = 0; i < 10; i++) await fetch(`${service.url}/healthz`)
    expect(answered).toBe(false)
    expect((await answersOf(at)).messages).toEqual([])
    opened.resolve()
    expect((await posted).status).toBe(200)
    gate = (pass) => pass()
    expect((await answersOf(at)).messages).toEqual(['slow'])
  })

  test.each([
    ['store-unavailable', 503],
    ['store-full', 503],
    ['internal', 500],
  ] as const)('an insert that fails with %s is never a 2xx, and the line may be sent again', async (code, status) => {
    const at = poster()
    gate = () => Promise.reject(new AfterlogError(code, 'the store failed', { retryAfterS: 7 }))
    const refused = await post(at, [record('again')])
    expect(refused).toMatchObject({ status, body: { code } })
    if (status === 503) expect(refused.headers.get('retry-after')).toBe('7')
    gate = (pass) => pass()
    expect((await post(at, [record('again')])).status).toBe(200)
    expect((await answersOf(at)).messages).toEqual(['again'])
  })

  test('an insert whose answer was lost after it was stored is sent again and seen once', async () => {
    const at = poster()
    gate = async (pass) => {
      await pass()
      throw new AfterlogError('store-unavailable', 'the answer was lost')
    }
    expect((await post(at, [record('twice'), record('twice')])).status).toBe(503)
    gate = (pass) => pass()
    expect((await post(at, [record('twice'), record('twice')])).status).toBe(200)
    expect(await answersOf(at)).toEqual(once(['twice', 'twice']))
  })
})

describe('a line sent twice is seen once', () => {
  beforeAll(() => command('SYSTEM STOP MERGES logs'))
  afterAll(() => command('SYSTEM START MERGES logs'))

  test('the same body three times changes no answer, merged or not', async () => {
    const at = poster()
    const body = [record('with offset', { offset: 0 }), record('without'), record('without'), record('z', { offset: 900 })]
    for (let i = 0; i < 3; i++) expect((await post(at, body)).body).toMatchObject({ accepted: 4, rejected: 0 })
    const [stored] = await rows<{ all: number }>(`SELECT toUInt32(count()) AS all FROM logs WHERE tenant = '${at.tenant}'`)
    expect(stored!.all).toBe(12)
    const messages = (await answersOf(at)).messages
    expect(messages.toSorted()).toEqual(['with offset', 'without', 'without', 'z'])
    await expectOnce(at, messages)
  })

  test('an agent that begins again in other batches changes no answer where it knows offsets', async () => {
    const at = poster()
    const said = Array.from({ length: 10 }, (_, i) => record(`line ${i}`, { offset: i * 40 }))
    await post(at, said.slice(0, 7))
    await post(at, said.slice(7))
    for (const [from, to] of [[0, 2], [2, 9], [3, 10]] as const) await post(at, said.slice(from, to)) // prettier-ignore
    await expectOnce(at, said.map(({ message }) => message)) // prettier-ignore
  })

  test('what is sent again with more known of it is still the same line', async () => {
    const at = poster()
    const line = record('the same', { offset: 5 })
    for (const more of [
      {},
      { node: 'node-7' },
      { labels: { app: 'x' } },
      { traceId: 'ab' },
      { file: '7' },
      { length: 9 },
      { ordinal: 4 },
    ]) {
      await post(at, [{ ...line, ...more }])
    }
    await expectOnce(at, ['the same'])
  })

  test.each([
    ['severity', { severity: 'error' }],
    ['container id, as an agent and an import tell of one line,', { containerId: 'containerd://9' }],
  ])('a %s that is told later counts no line twice', async (_, more) => {
    const at = poster()
    const line = record('the same', { offset: 5 })
    for (const known of [{}, more]) await post(at, [{ ...line, ...known }])
    expect(await answersOf(at)).toEqual(once(['the same']))
  })

  test('a retention rule that changes in between puts it into another partition and not into another answer', async () => {
    const at = poster()
    const line = record('kept longer', { offset: 1, namespace: 'payments' })
    await post(at, [line])
    const { columns } = await import('#ingest/store/columns.ts')
    const named = columns.logs.map((column) => (column === 'class' ? `'default' AS class` : column)).join(', ')
    // The same line as it was stored before there was a rule for its namespace.
    await command(`INSERT INTO logs (${columns.logs.join(', ')}) SELECT ${named} FROM logs WHERE tenant = '${at.tenant}'`)
    const partitions = await rows(`SELECT DISTINCT _partition_id AS id FROM logs WHERE tenant = '${at.tenant}'`)
    expect(partitions).toHaveLength(2)
    await expectOnce(at, ['kept longer'])
  })

  test('counts are of lines where the same ones were inserted again and again', async () => {
    const at = poster()
    const said = Array.from({ length: 6 }, (_, i) =>
      record(`n ${i}`, { offset: i, time: `${someTime.slice(0, 20)}${String(i).padStart(9, '0')}Z` }),
    )
    for (let i = 0; i < 4; i++) await post(at, said)
    await expectOnce(at, said.map(({ message }) => message)) // prettier-ignore
    await post(at, said)
    expect(await answersOf(at, '&q=n')).toMatchObject({ histogram: 6, fields: 6 })
  })
})

describe('honest lines are never taken for one', () => {
  test('two equal lines of one instant in one batch both stay, sent twice or not', async () => {
    const at = poster()
    for (let i = 0; i < 2; i++) await post(at, [record('tick'), record('tick'), record('tick')])
    await expectOnce(at, ['tick', 'tick', 'tick'])
  })

  test('two texts at one time and offset 0 both stay', async () => {
    const at = poster()
    await post(at, [record('a', { offset: 0 }), record('b', { offset: 0 })])
    await post(at, [record('c', { offset: 0 })])
    const { messages } = await answersOf(at)
    expect(messages.toSorted()).toEqual(['a', 'b', 'c'])
    await expectOnce(at, messages)
  })

  test('two tenants that say the same keep theirs', async () => {
    const [one, two] = [poster(), poster()]
    for (const at of [one, two]) await post(at, [record('the same', { offset: 0 })])
    for (const at of [one, two]) await expectOnce(at, ['the same'])
  })

  test('two pods that say the same keep theirs, of one name too', async () => {
    const at = poster()
    await post(at, [record('the same', { podUid: 'uid-1', offset: 0 })])
    await post(at, [record('the same', { podUid: 'uid-2', offset: 0 })])
    await post(at, [record('the same', { podUid: 'uid-3', pod: 'other', offset: 0 })])
    await expectOnce(at, ['the same', 'the same', 'the same'])
    expect((await answersOf(at, '&podUid=uid-2')).messages).toEqual(['the same'])
  })

  test('every part of an identity tells lines apart', async () => {
    const [at, other] = [poster(), poster()]
    const base = { offset: 7 }
    const variants: Partial<Parameters<typeof record>[1]>[] = [
      {},
      { cluster: 'other' },
      { podUid: 'other' },
      { container: 'other' },
      { restart: 1 },
      { restart: null, containerId: 'containerd://1' },
      { restart: null, containerId: 'containerd://2' },
      { stream: 'stderr' },
      { message: 'other' },
      { offset: 8 },
      { offset: null as never, ordinal: 0 },
      { offset: null as never, ordinal: 1 },
    ]
    const records = variants.map((variant) => record('same', { ...base, ...variant }))
    await post(at, records)
    await post(other, records)
    const [found] = await rows<{ identities: number }>(
      `SELECT toUInt32(uniqExact(identity)) AS identities FROM logs WHERE tenant IN ('${at.tenant}', '${other.tenant}')`,
    )
    expect(found!.identities).toBe(variants.length * 2)
    expect((await answersOf(at)).histogram).toBe(variants.length)
  })
})

test('a line is found by a word before its part has search indexes, and after', async () => {
  const at = poster()
  await command('SYSTEM STOP MERGES logs')
  await post(at, [record('the quick brown fox'), record('a lazy dog')])
  const indexBytes = async (): Promise<number> => {
    const [sum] = await rows<{ bytes: number }>(
      `SELECT toFloat64(sum(secondary_indices_compressed_bytes)) AS bytes FROM system.parts
       WHERE active AND table = 'logs' AND database = currentDatabase() AND rows = 2 AND level = 0`,
    )
    return sum!.bytes
  }
  const search = async (text: string): Promise<string[]> => {
    const answer = await fetch(`${at.url}/v1/logs?q=${encodeURIComponent(text)}`, { headers: { 'x-scope-orgid': at.tenant } })
    return ((await answer.json()) as { lines: { message: string }[] }).lines.map(({ message }) => message)
  }
  expect(await indexBytes()).toBe(0)
  expect([await search('quick'), await search('"lazy dog"'), await search('absent')]).toEqual([
    ['the quick brown fox'],
    ['a lazy dog'],
    [],
  ])
  await command('SYSTEM START MERGES logs')
  await command('OPTIMIZE TABLE logs FINAL')
  expect([await search('quick'), await search('"lazy dog"'), await search('absent')]).toEqual([
    ['the quick brown fox'],
    ['a lazy dog'],
    [],
  ])
  const [merged] = await rows<{ bytes: number }>(
    `SELECT toFloat64(min(secondary_indices_compressed_bytes)) AS bytes FROM system.parts
     WHERE active AND table = 'logs' AND database = currentDatabase()`,
  )
  expect(merged!.bytes).toBeGreaterThan(0)
})

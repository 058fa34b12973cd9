// Lines of one pod on the real engine: found by every name, lives counted, fragments joined across pages and streams;
// context.
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { splits, storedRows } from '#test/support/fragment-splits.ts'
import { scale, seed } from '#test/support/campaign.ts'
import { openQueryFixture, t0, type QueryFixture, type TestLine } from './query-fixture.ts'

let fixture: QueryFixture
beforeAll(async () => {
  fixture = await openQueryFixture()
})
afterAll(() => fixture[Symbol.asyncDispose]())

interface Shown {
  message: string
  partial: boolean
  restart: number | null
  podUid: string | null
  time: string
}
const get = async (url: string, headers: Record<string, string> = {}) => fixture.app.inject({ url, headers })
const json = async <T>(url: string): Promise<T> => {
  const answer = await get(url)
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json<T>()
}
const logs = async (uid: string, query = '') =>
  json<{ lines: Shown[]; next: string | null }>(`/v1/pods/${encodeURIComponent(uid)}/logs?${query}`)
const messages = async (uid: string, query = '') => (await logs(uid, query)).lines.map(({ message }) => message)
async function walk(uid: string, query: string): Promise<string[]> {
  const seen: string[] = []
  for (let next: string | null = ''; next !== null;) {
    const page: { lines: Shown[]; next: string | null } = await logs(uid, `${query}${next === '' ? '' : `&cursor=${next}`}`)
    seen.push(...page.lines.map(({ message }) => message))
    next = page.next
  }
  return seen
}

describe('a pod is found', () => {
  test('by its uid; an unknown uid is 404', async () => {
    await fixture.insert([
      { ts: t0, pod_uid: 'u1', message: 'one' },
      { ts: t0 + 1n, pod_uid: 'u1', message: 'two' },
    ])
    expect(await messages('u1')).toEqual(['one', 'two'])
    expect(await messages('u1', 'order=desc')).toEqual(['two', 'one'])
    for (const uid of ['nobody', 'unresolved:c/shop/nobody', 'unresolved:x'])
      expect((await get(`/v1/pods/${encodeURIComponent(uid)}/logs`)).statusCode).toBe(404)
    expect((await get('/v1/pods/u1/logs', { 'x-scope-orgid': 'other' })).statusCode).toBe(404)
  })

  test('with no line yet, when Kubernetes told of it', async () => {
    await fixture.rows('pods', [{ tenant: 'default', namespace: 'shop', name: 'mute', uid: 'u-mute', version: 1 }])
    expect(await messages('u-mute')).toEqual([])
  })

  test('by the uid of its static manifest and by that of the API', async () => {
    await fixture.insert([{ ts: t0, namespace: 'kube-system', pod: 'etcd-n1', pod_uid: 'a'.repeat(32), message: 'elected' }])
    await fixture.rows('pods', [
      { tenant: 'default', namespace: 'kube-system', name: 'etcd-n1', uid: 'api-uid', mirror_uid: 'a'.repeat(32), version: 1 },
    ])
    expect(await messages('api-uid')).toEqual(['elected'])
    expect(await messages('a'.repeat(32))).toEqual(['elected'])
  })

  test('by its container ids: as unresolved until Kubernetes tells of them, then by its uid, with uid and restart filled in', async () => {
    const orphan = { namespace: 'shop', pod: 'orphan', pod_uid: '', restart: -1 }
    await fixture.insert([
      { ...orphan, ts: t0, container_id: 'containerd://id1', message: 'first' },
      { ...orphan, ts: t0 + 1n, container_id: 'id2', message: 'second' },
    ])
    const before = await logs('unresolved:c/shop/orphan')
    expect(before.lines.map(({ message, podUid, restart }) => [message, podUid, restart])).toEqual([
      ['first', null, null],
      ['second', null, null],
    ])
    const life = { tenant: 'default', namespace: 'shop', pod: 'orphan', pod_uid: 'u-orphan', container: 'app', version: 1 }
    await fixture.rows('lives', [
      { ...life, restart: 0, container_id: 'id1' },
      { ...life, restart: 1, container_id: 'id2' },
    ])
    const after = await logs('u-orphan')
    expect(after.lines.map(({ message, podUid, restart }) => [message, podUid, restart])).toEqual([
      ['first', 'u-orphan', 0],
      ['second', 'u-orphan', 1],
    ])
    expect(await messages('u-orphan', 'life=-1')).toEqual(['first'])
    expect((await get('/v1/pods/unresolved%3Ac%2Fshop%2Forphan/logs')).statusCode).toBe(404)
  })
})

describe('parts of a pod', () => {
  test('a life by number, or counted back per container; the last lines; one container; times', async () => {
    const line = (dt: bigint, container: string, restart: number): TestLine => ({
      ts: t0 + dt,
      pod_uid: 'u2',
      container,
      restart,
      message: `${container}${restart}@${dt}`,
    })
    await fixture.insert([line(0n, 'app', 0), line(1n, 'side', 0), line(2n, 'app', 1), line(3n, 'app', 2), line(4n, 'app', 2)])
    expect(await messages('u2', 'life=2')).toEqual(['app2@3', 'app2@4'])
    expect(await messages('u2', 'life=-1')).toEqual(['app1@2'])
    expect(await messages('u2', 'life=-2')).toEqual(['app0@0'])
    expect(await messages('u2', 'life=0')).toEqual(['app0@0', 'side0@1'])
    expect(await messages('u2', 'life=7')).toEqual([])
    expect(await messages('u2', 'tail=2')).toEqual(['app2@3', 'app2@4'])
    expect(await messages('u2', 'tail=0')).toEqual([])
    expect(await messages('u2', 'tail=2&order=desc')).toEqual(['app2@4', 'app2@3'])
    expect(await walk('u2', 'tail=3&limit=2')).toEqual(['app1@2', 'app2@3', 'app2@4'])
    expect(await walk('u2', 'tail=3&limit=2&order=desc')).toEqual(['app2@4', 'app2@3', 'app1@2'])
    expect(await messages('u2', 'container=side&gaps=true')).toEqual(['side0@1'])
    expect(await messages('u2', `from=${t0 + 1n}&to=${t0 + 3n}`)).toEqual(['side0@1', 'app1@2'])
    const text = await get('/v1/pods/u2/logs?tail=2', { accept: 'text/plain' })
    expect(text.body).toBe('app2@3\napp2@4\n')
  })
})

describe('fragments that a batch boundary kept apart', () => {
  test('become one line of the first time and offset, bytes joined before they are read as UTF-8', async () => {
    const stream = { pod_uid: 'u3', restart: 0 }
    const euro = Buffer.from('€')
    const part = async (dt: bigint, bytes: Buffer, partial: number): Promise<void> => {
      const head = `["default","2026-11-23 10:00:00.00000000${dt}","c","shop","cart","u3","app",0,"stdout",${partial},${Number(dt) * 100},"default","`
      const columns = [
        'tenant',
        'ts',
        'cluster',
        'namespace',
        'pod',
        'pod_uid',
        'container',
        'restart',
        'stream',
        'partial',
        'offset',
        'class',
        'message',
      ]
      await fixture.test.store.insert({
        table: 'logs',
        columns,
        format: 'JSONCompactEachRow',
        rows: Buffer.concat([Buffer.from(head), bytes, Buffer.from('"]\n')]),
      })
    }
    await part(1n, Buffer.concat([Buffer.from('costs '), euro.subarray(0, 1)]), 1)
    await fixture.insert([{ ...stream, ts: t0 + 2n, stream: 'stderr', message: 'between' }])
    await part(3n, euro.subarray(1), 1)
    await part(4n, Buffer.from(' 5'), 0)
    await fixture.insert([{ ...stream, ts: t0 + 5n, partial: 1, message: 'never ended' }])
    const { lines } = await logs('u3')
    expect(lines.map(({ message, partial, time }) => [message, partial, time.slice(-4)])).toEqual([
      ['costs € 5', false, '001Z'],
      ['between', false, '002Z'],
      ['never ended', true, '005Z'],
    ])
    expect((await get('/v1/pods/u3/logs', { accept: 'text/plain' })).body).toBe('costs € 5\nbetween\nnever ended\n')
    expect((await json<{ lines: Shown[] }>('/v1/logs?podUid=u3')).lines).toHaveLength(5)
    // What began before `from` is not shown by its end; what began before `to` is shown whole.
    expect(await messages('u3', `from=${t0 + 2n}`)).toEqual(['between', 'never ended'])
    expect(await messages('u3', `to=${t0 + 2n}`)).toEqual(['costs € 5'])
    expect(await messages('u3', 'tail=2')).toEqual(['between', 'never ended'])
  })

  test('are neither cut, lost nor repeated, whatever the pages, the direction and what was resent', async () => {
    let run = 0
    const row = fc.record({
      stream: fc.constantFrom('stdout', 'stderr'),
      container: fc.constantFrom('a', 'b'),
      partial: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), fc.integer({ min: 2, max: 9 }), async (rows, limit) => {
        const uid = `joined-${run++}`
        await fixture.clear()
        const lines = rows.map((one, i): TestLine => ({
          ...one,
          partial: one.partial ? 1 : 0,
          pod_uid: uid,
          ts: t0 + BigInt(i),
          offset: i,
          message: `<${i}>`,
        }))
        await fixture.insert(lines)
        await fixture.insert(lines.filter((_, i) => i % 3 === 0).map((one) => ({ ...one, file: 'again' })))
        const expected: string[] = []
        const open = new Map<string, number>()
        rows.forEach(({ stream, container, partial }, i) => {
          const key = `${stream}/${container}`
          const at = open.get(key)
          if (at === undefined) expected.push(`<${i}>`)
          else expected[at] += `<${i}>`
          if (partial) open.set(key, at ?? expected.length - 1)
          else open.delete(key)
        })
        expect(await walk(uid, `limit=${limit}`)).toEqual(expected)
        expect(await walk(uid, `limit=${limit}&order=desc`)).toEqual(expected.toReversed())
        expect((await get(`/v1/pods/${uid}/logs`, { accept: 'text/plain' })).body).toBe(`${expected.join('\n')}\n`)
      }),
      { seed, numRuns: 3 * scale },
    )
  })

  test.each<[string, number[]]>([
    ['alone', []],
    ['with lines of stderr between', [1, 2, 4]],
  ])(
    'sent twice, in other batches, are the lines of the file, %s',
    async (name, stderrBefore) => {
      await fixture.clear()
      // All pairs: test/unit/shared/lines/join-fragments.test.ts.
      const tried = splits.filter((one) => one % (scale === 1 ? 20 : 3) === 1)
      const pairs = tried.flatMap((one) => [0, 31].map((other) => [one, other] as const))
      const uid = ([one, other]: readonly [number, number]) => `twice-${name.length}-${one}-${other}`
      await fixture.insert(
        pairs.flatMap((pair) =>
          storedRows(pair, stderrBefore).map(({ ts, stream, message, partial, offset, length }) => ({
            stream,
            message,
            offset,
            length,
            ts: t0 + ts,
            partial: partial ? 1 : 0,
            pod_uid: uid(pair),
          })),
        ),
      )
      const err = (index: number) => stderrBefore.filter((one) => one === index).map(() => `err${index}`)
      const expected = ['a-b-c', ...err(1), ...err(2), 'next', ...err(4), 'd-e']
      for (const [index, pair] of pairs.entries()) {
        const text = await get(`/v1/pods/${uid(pair)}/logs`, { accept: 'text/plain' })
        expect(text.body, uid(pair)).toBe(`${expected.join('\n')}\n`)
        if (index % 4 > 0) continue
        for (const limit of [1, 2]) {
          expect(await walk(uid(pair), `limit=${limit}`), uid(pair)).toEqual(expected)
          expect(await walk(uid(pair), `limit=${limit}&order=desc`), uid(pair)).toEqual(expected.toReversed())
        }
        for (const page of ['', '&limit=1', '&limit=2&order=desc']) {
          const ofStdout = await walk(uid(pair), `stream=stdout${page}`)
          expect(page.includes('desc') ? ofStdout.toReversed() : ofStdout, uid(pair) + page).toEqual(['a-b-c', 'next', 'd-e'])
        }
      }
    },
    60_000,
  )

  test('end in a visible mark at 1 MiB', async () => {
    const half = 'x'.repeat(200_000)
    await fixture.insert(
      Array.from({ length: 7 }, (_, i) => ({
        ts: t0 + BigInt(i),
        pod_uid: 'u-big',
        partial: i === 6 ? 0 : 1,
        message: half,
        offset: i,
      })),
    )
    const [line] = (await logs('u-big')).lines
    expect(Buffer.byteLength(line!.message)).toBe(1024 * 1024)
    expect(line!.message).toMatch(/cut by afterlog\]$/)
    expect(line!.partial).toBe(false)
  })
})

describe('context', () => {
  test('is the lines around a line, of its pod and container, across lives', async () => {
    await fixture.insert(
      Array.from({ length: 30 }, (_, i) => ({
        ts: t0 + BigInt(i),
        pod_uid: 'u4',
        restart: i < 15 ? 0 : 1,
        message: String(i),
        offset: i * 10,
        container: i === 14 ? 'side' : 'app',
      })),
    )
    type Context = { before: Shown[]; line: Shown; after: Shown[] }
    const around = await json<Context>(`/v1/logs/context?podUid=u4&container=app&time=${t0 + 15n}&offset=150&before=2&after=3`)
    expect([around.before, [around.line], around.after].map((list) => list.map(({ message }) => message))).toEqual([
      ['12', '13'],
      ['15'],
      ['16', '17', '18'],
    ])
    const first = await json<Context>(`/v1/logs/context?podUid=u4&container=app&time=${t0}`)
    expect([first.before.length, first.line.message, first.after.length]).toEqual([0, '0', 10])
    expect((await get(`/v1/logs/context?podUid=u4&container=app&time=${t0 + 99n}`)).statusCode).toBe(404)
    expect((await get(`/v1/logs/context?podUid=nobody&container=app&time=${t0}`)).statusCode).toBe(404)
  })
})

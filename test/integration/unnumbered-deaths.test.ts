// Deaths of pods whose agents send no restart numbers: reading their lines costs what it costs with numbers, and lives,
// last words and first errors are the same.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { raw } from '#shared/clickhouse/sql.ts'
import { createReading } from '#shared/store-reading/reading.ts'
import { loadFacts } from '#projector/load-facts.ts'
import { createLineSettler } from '#projector/settle-lines.ts'
import { readSmallPods } from '#projector/count-lines/read-small-pods.ts'
import type { PodFacts } from '#shared/pod-model/pod.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { openProjectorService, type ProjectorService } from '#test/support/projector-service.ts'
import { ended, idOf, lineOf, podOf, running } from '#test/support/two-lives.ts'

let service: ProjectorService
const statements: string[] = []
beforeAll(async () => {
  service = await openProjectorService({ through: counting, lastWords: 'first=1m,last=1m,keep=180d' })
})
afterAll(() => service[Symbol.asyncDispose]())

/** The store, which notes each statement that reads. */
const counting = (store: LogStore): LogStore =>
  new Proxy(store, {
    get(target, key: keyof LogStore) {
      const value = target[key]
      if (typeof value !== 'function') return value
      return (...args: [{ sql: { name?: string } }]) => {
        if (['rows', 'bytes', 'stream'].includes(String(key))) statements.push(args[0].sql.name ?? '')
        return (value as (...all: unknown[]) => unknown).apply(target, args)
      }
    },
  })

/** What an agent may know of a line, beside its pod's name. */
const ways = {
  numbers: (uid: string, life: number) => ({ podUid: uid, restart: life }),
  ids: (uid: string, life: number) => ({ podUid: uid, containerId: `containerd://${idOf(uid, life)}` }),
  times: (uid: string) => ({ podUid: uid }),
  'ids alone': (uid: string, life: number) => ({ containerId: `containerd://${idOf(uid, life)}` }),
} as const
type Way = keyof typeof ways
const linesOf = (uid: string, way: Way) =>
  [0, 1].flatMap((life) =>
    Array.from({ length: 60 }, (_, i) =>
      lineOf(uid, `09:${life}${i % 10}:${String(i).padStart(2, '0')}.5`, `life ${life}, line ${i}`, {
        severity: i === 39 ? 'error' : 'info',
        ...ways[way](uid, life),
      }),
    ),
  )

/** Two lives, of nine to ten minutes past nine and until twenty past, both with an error. */
async function die(uids: readonly string[], way: Way): Promise<void> {
  const lives = (uid: string) => [ended(uid, 1, '09:10:00', '09:19:59'), ended(uid, 0, '09:00:00', '09:09:59')]
  await service.say(uids.flatMap((uid) => linesOf(uid, way)))
  await service.tell(...uids.map((uid) => podOf(uid, 1, lives(uid), { version: 2 })))
}

interface Answer {
  lastWords: { container: string; lines: { message: string; restart: number }[] }[]
  firstError: { message: string; restart: number } | null
  pod: { containers: { lives: { restart: number; lines: number; seal: { words: string } }[] }[] }
}

async function obituaryOf(uid: string) {
  const { status, body } = await service.request('GET', `/v1/pods/${encodeURIComponent(uid)}/obituary`)
  expect(status).toBe(200)
  const { lastWords, firstError, pod } = body as unknown as Answer
  return {
    lastWords: lastWords.map(({ container, lines }) => [container, ...lines.map(({ message, restart }) => [message, restart])]),
    firstError: firstError === null ? null : [firstError.message, firstError.restart],
    lives: pod.containers.map(({ lives }) => lives.map(({ restart, lines }) => [restart, lines])),
  }
}

test('have the lives, last words and first error of a pod with numbers', async () => {
  for (const way of Object.keys(ways) as Way[]) await die([`by ${way}`], way)
  await service.project()
  const numbered = await obituaryOf('by numbers')
  expect(numbered.firstError).toEqual(['life 1, line 39', 1])
  expect(numbered.lives).toEqual([
    [
      [0, 60],
      [1, 60],
    ],
  ])
  for (const way of Object.keys(ways) as Way[]) expect([way, await obituaryOf(`by ${way}`)]).toEqual([way, numbered])
})

test('twenty of them take as many statements as two', async () => {
  for (const way of ['ids', 'times', 'ids alone'] as const) {
    const costOf = async (name: string, count: number): Promise<string[]> => {
      await die(
        Array.from({ length: count }, (_, i) => `${name} ${way} ${i}`),
        way,
      )
      statements.length = 0
      await service.project()
      return [...statements]
    }
    const few = await costOf('few', 2)
    const many = await costOf('many', 20)
    expect([way, many.length]).toEqual([way, few.length])
  }
})

test('are counted here as the statements count them, also where two instances have one number', async () => {
  const uids = ['by times', 'by ids', 'by ids alone', 'repeated']
  await service.say([
    ...linesOf('repeated', 'numbers').map((line) => ({ ...line, restart: 0 })),
    ...linesOf('repeated', 'ids').map(({ containerId, ...line }: Record<string, unknown>, i) => ({
      ...line,
      message: `more of ${String(line['message'])}`,
      ...(i % 2 === 0 ? { containerId } : {}),
    })),
  ])
  await service.tell(
    podOf('repeated', 0, [ended('repeated', 0, '09:00:00', '09:09:59'), {}], { version: 2 }),
    podOf('repeated', 0, [ended('repeated', 1, '09:10:00', '09:19:59'), {}], { version: 3, life: 1 }),
  )
  const reading = createReading({ store: service.store, limits: {} })
  const pods = (await loadFacts(reading, 'default', uids)).pods.map(({ facts }) => facts)
  const small = await readSmallPods(reading, 'default', pods)
  const settler = createLineSettler({ reading })
  const settled = await settler.covered('default', await settler.counted('default', pods, { sizes: true }))
  expect(settled.map(({ counts }) => counts.length)).toEqual([3, 2, 2, expect.any(Number)])
  for (const [i, pod] of pods.entries()) expect(sorted(small.get(pod)!.facts)).toEqual(sorted(settled[i]!))
})

interface Listed {
  lines: number
  linesExact: boolean
  containers: { lives: { restart: number; lines: number; firstLine: string; lastLine: string }[] }[]
}
const numbersOf = ({ lines, linesExact, containers }: Listed) => [
  lines,
  linesExact,
  containers.map(({ lives }) => lives.map((life) => [life.restart, life.lines, life.firstLine, life.lastLine])),
]

test('keep their numbers, last words and first errors when their lines expire', async () => {
  const [once, alive] = ['one life', 'alive']
  const ofFirstLife = (uid: string) => linesOf(uid, 'times').slice(0, 60)
  await service.say([once, alive].flatMap(ofFirstLife))
  await service.tell(
    podOf(once, 0, [ended(once, 0, '09:00:00', '09:09:59'), {}], { version: 2 }),
    podOf(alive, 0, [running('09:00:00'), {}], { version: 2 }),
  )
  await service.project()
  const uids = [...Object.keys(ways).map((way) => `by ${way}`), once]
  const answersOf = async (uid: string) => {
    const page = await service.request('GET', `/v1/pods/${encodeURIComponent(uid)}`)
    const list = await service.request('GET', `/v1/pods?uid=${encodeURIComponent(uid)}`)
    const numbers = numbersOf((list.body['pods'] as (Listed & { uid: string })[]).find((pod) => pod.uid === uid)!)
    expect([uid, numbersOf(page.body as unknown as Listed)]).toEqual([uid, numbers])
    return numbers
  }
  const before = new Map<string, unknown>()
  for (const uid of uids) before.set(uid, [await answersOf(uid), await obituaryOf(uid)])
  service.clock.now += 20 * 86_400_000
  expect((await service.expire()).length).toBeGreaterThan(0)
  // Once as it comes, once as after a rebuild.
  for (const anew of [undefined, 'anew'] as const) {
    if (anew !== undefined) await service.store.command({ sql: raw('TRUNCATE TABLE job_watermarks') })
    await service.project(anew)
    for (const uid of uids)
      expect([uid, await answersOf(uid), await obituaryOf(uid)]).toEqual([uid, ...(before.get(uid) as unknown[])])
  }
  const [, , [lives]] = (await answersOf(alive)) as [number, boolean, [unknown[][]]]
  expect(lives).toEqual([[0, 60, expect.any(String), expect.any(String)]])
})

/** Rows in an order of their own. Without spans of time, statements tell more than is needed. */
function sorted({ uid, counts, lines, stretches }: PodFacts): unknown {
  const texts = (rows: readonly object[] = []) =>
    rows.map((row) => JSON.stringify(Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1)))).toSorted()
  const named = counts.map(({ slot: _slot, firstLine: _first, lastLine: _last, ...count }) => count)
  const placed = (stretches ?? []).map((stretch) => ({ ...stretch, ended: stretch.ended ? 1 : 0 }))
  return { uid, counts: texts(named), lines: texts(lines), stretches: texts(placed) }
}

// Lines that come in fragments, on the whole service: each is one line to every reader, however its fragments are sent.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openEvents } from '#test/support/sse.ts'
import { request, startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startTestService()
})
afterAll(async () => service[Symbol.asyncDispose]())

const startMs = Date.now() - 600_000
interface Written {
  tag: 'P' | 'F'
  message: string
  stream?: 'stdout' | 'stderr'
  file?: string
}

/** The records of a container's log files, one a millisecond, with offsets as an agent reads them. */
function log(pod: string, written: readonly Written[]) {
  const ends = new Map<string, number>()
  return written.map(({ tag, message, stream = 'stdout', file = 'a' }, i) => {
    const cri = `${new Date(startMs + i).toISOString()} ${stream} ${tag} ${message}`
    const offset = ends.get(file) ?? 0
    ends.set(file, offset + Buffer.byteLength(cri) + 1)
    const eof = written.findLastIndex((each) => (each.file ?? 'a') === file) === i
    const path = `/var/log/pods/shop_${pod}_uid-${pod}/app/0.log`
    return { path, cri, offset, file, ...(eof ? { eof: true } : {}) }
  })
}

async function post(...records: readonly object[]): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const { status } = await request(`${service.url}/v1/batches`, { method: 'POST', headers, body: JSON.stringify({ records }) })
  expect(status).toBe(200)
}
const get = async (path: string) => (await request(`${service.url}${path}`)).body
const searched = async (pod: string, query = ''): Promise<string[]> => {
  const body = await get(`/v1/logs?podUid=uid-${pod}&order=asc&limit=1000${query}`)
  return (body['lines'] as { message: string; partial: boolean }[]).map(({ message, partial }) => message + (partial ? '…' : ''))
}
const podLines = async (pod: string, query = ''): Promise<string[]> => {
  const { lines } = (await get(`/v1/pods/uid-${pod}/logs?limit=100${query}`)) as {
    lines: { message: string; partial: boolean }[]
  }
  return lines.map(({ message, partial }) => message + (partial ? '…' : ''))
}
async function counts(pod: string, query = ''): Promise<Record<string, number>> {
  const histogram = await get(`/v1/logs/histogram?podUid=uid-${pod}${query}`)
  const buckets = histogram['buckets'] as { total: number }[]
  const field = (await get(`/v1/fields/pod/values?podUid=uid-${pod}${query}`))['values'] as { count: number }[]
  return {
    histogram: buckets.reduce((sum, { total }) => sum + total, 0),
    values: field[0]!.count,
    pod: ((await get(`/v1/pods/uid-${pod}`)) as { lines: number }).lines,
  }
}

const file: Written[] = [
  { tag: 'P', message: 'a-need' },
  { tag: 'P', message: 'le-b-' },
  { tag: 'F', message: 'c' },
  { tag: 'F', message: 'next' },
  { tag: 'P', message: 'd-' },
  { tag: 'F', message: 'e' },
]
const whole = ['a-needle-b-c', 'next', 'd-e']

test('a word that the end of a post cuts in two is found, and the line is counted once', async () => {
  const records = log('cut', file)
  await post(records[0]!)
  expect(await searched('cut')).toEqual(['a-need…'])
  await post(...records.slice(1))
  expect(await searched('cut')).toEqual(whole)
  expect(await searched('cut', '&q=needle')).toEqual(['a-needle-b-c'])
  expect(await podLines('cut', '&q=needle')).toEqual(['a-needle-b-c'])
  expect(await counts('cut', '&q=needle')).toMatchObject({ histogram: 1, values: 1 })
  expect(await counts('cut')).toEqual({ histogram: 3, values: 3, pod: 3 })
})

test('a tail, a context and kubectl logs have the line once, and a fragment without an end', { timeout: 120_000 }, async () => {
  const records = log('tailed', [...file, { tag: 'P', message: 'endless' }])
  const { messages, leave } = await openEvents(`${service.url}/v1/logs/tail?podUid=uid-tailed`)
  await messages.next()
  const searching = await openEvents(`${service.url}/v1/logs/tail?podUid=uid-tailed&q=needle`)
  await searching.messages.next()
  await post(...records.slice(0, 2))
  await post(...records.slice(2))
  const sent: string[] = []
  for await (const { event, data } of messages) {
    if (event === 'line') sent.push((JSON.parse(data!) as { message: string }).message)
    if (sent.length === 4) break
  }
  leave()
  expect(sent).toEqual([...whole, 'endless'])
  for await (const { event, data } of searching.messages) {
    if (event !== 'line') continue
    expect(JSON.parse(data!)).toMatchObject({ message: 'a-needle-b-c', partial: false })
    break
  }
  searching.leave()
  const kubectl = async () => (await fetch(`${service.url}/k8s/api/v1/namespaces/shop/pods/tailed/log`)).text()
  await expect.poll(kubectl, { timeout: 60_000 }).toBe(`${whole.join('\n')}\nendless`)
  const time = encodeURIComponent(new Date(startMs + 3).toISOString())
  const context = await get(`/v1/logs/context?podUid=uid-tailed&container=app&time=${time}&before=1&after=1`)
  expect(JSON.stringify(context)).toContain('"a-needle-b-c"')
})

test('whatever posts the fragments come in, twice over', { timeout: 120_000 }, async () => {
  const every = [5, 18, 31]
  for (const [i, bits] of every.entries()) {
    const pod = `split-${bits}`
    const records = log(pod, file)
    const other = every[(i + 1) % every.length]!
    for (const cuts of [bits, other]) {
      for (let from = 0; from < records.length;) {
        let to = from + 1
        while (to < records.length && ((cuts >> (to - 1)) & 1) === 0) to++
        await post(...records.slice(from, to))
        from = to
      }
      expect(await searched(pod), `${bits} ${other}`).toEqual(whole)
    }
    expect(await counts(pod), `${bits} ${other}`).toEqual({ histogram: 3, values: 3, pod: 3 })
  }
})

test('the end of a line that is stored before its begin is a part of the line once all comes again', async () => {
  const three: Written[] = [
    { tag: 'P', message: 'be-' },
    { tag: 'P', message: 'gin-' },
    { tag: 'F', message: 'end' },
  ]
  const turned: Record<string, readonly (readonly number[])[]> = {
    'end-first': [[2], [0, 1], [0, 1, 2]],
    'two-ends-first': [[1, 2], [0], [0, 1, 2]],
    'one-by-one': [[2], [1], [0], [0], [1], [2]],
  }
  for (const [order, posts] of Object.entries(turned)) {
    // A middle that came alone is proven by its offset only.
    for (const numbers of order === 'one-by-one' ? [''] : ['', '-without-offsets']) {
      const pod = `${order}${numbers}`
      const records = log(pod, three).map(({ offset, cri, ...record }) =>
        numbers === '' ? { ...record, cri, offset } : { ...record, cri: cri.replace('Z ', '123456Z ') },
      )
      for (const at of posts) await post(...at.map((i) => records[i]!))
      await expect.poll(() => searched(pod), { timeout: 60_000, message: pod }).toEqual(['be-gin-end'])
    }
  }
})

const seal = async (pod: string) =>
  ((await get(`/v1/pods/uid-${pod}`))['containers'] as { lives: { seal: { text: string } }[] }[])[0]!.lives[0]!.seal.text

test('a line that a rotation splits, with stderr between, is one line, and no byte is missing', async () => {
  const rotated: Written[] = [
    { tag: 'F', message: 'first' },
    { tag: 'P', message: 'spl' },
    { tag: 'F', message: 'err', stream: 'stderr', file: 'b' },
    { tag: 'F', message: 'it', file: 'b' },
    { tag: 'F', message: 'last', file: 'b' },
  ]
  const lines = ['first', 'split', 'err', 'last']
  for (const [pod, cuts] of Object.entries({ 'one-post': [], 'two-posts': [2], 'three-posts': [2, 3] })) {
    const records = log(pod, rotated)
    for (const [i, from] of [0, ...cuts].entries()) await post(...records.slice(from, cuts[i] ?? records.length))
    expect(await searched(pod), pod).toEqual(lines)
    expect(await counts(pod), pod).toEqual({ histogram: 4, values: 4, pod: 4 })
    expect(await seal(pod), pod).toBe('sealed: 4 lines, 0 missing')
  }
})

test(
  'fragments on both sides of a restart are joined by the projector, and by ingest again behind it',
  { timeout: 300_000 },
  async () => {
    const pods = ['restart', 'resent', 'numberless']
    const records = pods.map((pod) =>
      log(pod, file).map(({ offset, ...record }) => (pod === 'numberless' ? record : { ...record, offset })),
    )
    for (const each of records) await post(...each.slice(0, 2))
    service = await service.restarted()
    await post(...records[0]!.slice(2), ...records[2]!.slice(2))
    await post(...records[1]!)
    for (const pod of pods) {
      await expect.poll(() => searched(pod), { timeout: 90_000 }).toEqual(whole)
      expect(await counts(pod), pod).toEqual({ histogram: 3, values: 3, pod: 3 })
    }
    expect(await seal('restart')).toBe('sealed: 3 lines, 0 missing')
    // What the projector has joined comes again.
    await post(...records[0]!.slice(0, 1))
    await post(...records[0]!.slice(1))
    expect(await searched('restart')).toEqual(whole)
  },
)

/** Until the projector has looked at all that is stored: it alone joins a line whose end came first. */
async function untilProjected(): Promise<void> {
  for (const pod of ['turned-1', 'turned-2']) {
    const [begin, end] = log(pod, [
      { tag: 'P', message: 'be' },
      { tag: 'F', message: 'gin' },
    ])
    await post(end!)
    await post(begin!)
    await expect.poll(() => searched(pod), { timeout: 60_000 }).toEqual(['begin'])
  }
}

test('a fragment whose end never comes stays a line, and swallows no other', { timeout: 150_000 }, async () => {
  const records = log('endless', [
    { tag: 'P', message: 'begin' },
    { tag: 'P', message: ' lost' },
    { tag: 'F', message: ' end' },
    { tag: 'F', message: 'next' },
  ])
  await post(records[0]!)
  await post(records[3]!)
  // Nor the first line of the next file, where a later line of its own file proves that the end is lost.
  const streams = ['stdout', 'stderr'] as const
  for (const stream of streams) {
    const [begin, , far, own] = log(`endless-${stream}`, [
      { tag: 'P', message: 'begin' },
      { tag: 'F', message: 'lost end' },
      { tag: 'F', message: 'far', stream },
      { tag: 'F', message: 'own', file: 'b' },
    ])
    for (const record of [begin!, far!, own!]) await post(record)
  }
  // Nor the first line of another instance of the container.
  const [ofOne, ofOther] = log('endless-instance', [
    { tag: 'P', message: 'begin' },
    { tag: 'F', message: 'own', file: 'b' },
  ])
  await post({ ...ofOne!, containerId: `docker://${'a'.repeat(12)}` })
  await post({ ...ofOther!, containerId: `docker://${'b'.repeat(12)}` })
  await post(...log('endless-2', [{ tag: 'P', message: 'only' }]))
  await untilProjected()
  expect(await searched('endless')).toEqual(['begin…', 'next'])
  for (const stream of streams) {
    const pod = `endless-${stream}`
    expect(await searched(pod), pod).toEqual(['begin…', 'far', 'own'])
    expect(await podLines(pod), pod).toEqual(['begin…', 'far', 'own'])
  }
  expect(await searched('endless-instance')).toEqual(['begin…', 'own'])
  expect(await podLines('endless-instance')).toEqual(['begin…', 'own'])
  expect(await searched('endless-2')).toEqual(['only…'])
})

test('without offsets, a begin that comes again takes no line that is stored', { timeout: 120_000 }, async () => {
  const four: Written[] = [
    { tag: 'P', message: 'hel' },
    { tag: 'P', message: 'lowo' },
    { tag: 'F', message: 'rld' },
    { tag: 'F', message: 'next' },
  ]
  const pods = ['again', 'again-in-two', 'again-behind-a-restart']
  const records = pods.map((pod) => log(pod, four).map(({ path, cri }) => ({ path, cri })))
  for (const each of records) await post(...each)
  await post(records[0]![0]!)
  await post(records[1]![0]!, records[1]![1]!)
  service = await service.restarted()
  await post(records[2]![0]!)
  for (const pod of pods.slice(0, 2)) expect(await searched(pod), pod).toEqual(['helloworld', 'next'])
  // The projector has looked at them once it has counted what came behind them.
  await post(...log('behind', [{ tag: 'F', message: 'x' }]))
  await expect.poll(async () => (await get('/v1/pods/uid-behind'))['lines'], { timeout: 60_000 }).toBe(1)
  for (const pod of pods) {
    expect(await searched(pod), pod).toEqual(expect.arrayContaining(['helloworld', 'next']))
    expect(await podLines(pod), pod).toEqual(expect.arrayContaining(['helloworld', 'next']))
  }
})

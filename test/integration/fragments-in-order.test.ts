// Lines that rotations split, each record in a post of its own, while the projector joins what ingest has not yet, and over
// a restart: every stream's records come in their order, those of the two streams in any.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { scale, seed } from '#test/support/campaign.ts'
import { listsHave, request, startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startTestService()
})
afterAll(async () => service[Symbol.asyncDispose]())

const startMs = Date.now() - 600_000
type Stream = 'stdout' | 'stderr'
interface Step {
  stream: Stream
  partial: boolean
  /** Whether a file begins with the record. */
  rotates: boolean
}
interface Container {
  steps: readonly Step[]
  /** ms between two records. */
  tickMs: number
  /** Files in their order: at one time their names order rows. */
  files: readonly string[]
  /** Whether the next record of a post is one of stdout. */
  turns: readonly boolean[]
}

/** Records in the order of their files, and the lines that they are. */
function written(pod: string, { steps, tickMs, files }: Omit<Container, 'turns'>) {
  const open = { stdout: '', stderr: '' }
  const lines: string[] = []
  const ends = (['stdout', 'stderr'] as const).map((stream) => ({ stream, partial: false, rotates: false }))
  let [file, offset] = [0, 1000]
  // A file is never written within one time.
  const filesMax = tickMs < 1 ? 2 : files.length
  const records = [...steps, ...ends].map(({ stream, partial, rotates }, i) => {
    const message = `<${pod}-${i}>`
    if (rotates && file < filesMax - 1) [file, offset] = [file + 1, 0]
    open[stream] += message
    if (!partial) {
      lines.push(open[stream])
      open[stream] = ''
    }
    const time = new Date(startMs + Math.floor(i * tickMs)).toISOString()
    const owner = { namespace: 'shop', pod, podUid: `uid-${pod}`, container: 'app', restart: 0 }
    const record = { ...owner, time, stream, message, partial, file: files[file]!, offset, length: 50 }
    offset += 50
    return record
  })
  return { pod, records, lines: lines.toSorted() }
}

function inTurns<T extends { stream: string }>(records: readonly T[], turns: readonly boolean[]): T[] {
  const left = {
    stdout: records.filter(({ stream }) => stream === 'stdout'),
    stderr: records.filter(({ stream }) => stream === 'stderr'),
  }
  return records.map((_, i) => {
    const [one, other] = turns[i % turns.length]! ? [left.stdout, left.stderr] : [left.stderr, left.stdout]
    return (one.shift() ?? other.shift())!
  })
}

async function post(records: readonly object[]): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const { status } = await request(`${service.url}/v1/batches`, { method: 'POST', headers, body: JSON.stringify({ records }) })
  expect(status).toBe(200)
}
const linesAt = async (path: string): Promise<string[]> => {
  const { lines } = (await request(`${service.url}${path}`)).body as { lines: { message: string; partial: boolean }[] }
  return lines.map(({ message, partial }) => message + (partial ? '…' : '')).toSorted()
}
const searched = (pod: string): Promise<string[]> => linesAt(`/v1/logs?podUid=uid-${pod}&order=asc&limit=100`)
const podLines = (pod: string): Promise<string[]> => linesAt(`/v1/pods/uid-${pod}/logs?limit=100`)

/** Posts the n-th record of each pod together, so that each is alone in its pod's batch. */
async function postInRounds(posts: readonly (readonly object[])[], between: (round: number) => Promise<void>): Promise<void> {
  const rounds = Math.max(...posts.map(({ length }) => length))
  for (let round = 0; round < rounds; round++) {
    await between(round)
    await post(posts.flatMap((records) => records.slice(round, round + 1)))
  }
}

const restart = async (): Promise<void> => {
  service = await service.restarted()
}
const soon = { timeout: 120_000, interval: 500 }

const step = fc.record({
  stream: fc.constantFrom<Stream>('stdout', 'stdout', 'stderr'),
  partial: fc.constantFrom(true, true, false),
  rotates: fc.constantFrom(true, false, false),
})
const container = fc.record({
  steps: fc.array(step, { minLength: 3, maxLength: 7 }),
  tickMs: fc.constantFrom(0, 0.3, 1, 1),
  files: fc.constantFrom(['a', 'b', 'c'], ['a', 'b', 'c'], ['c', 'b', 'a']),
  turns: fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }),
})

test('lines of both streams are whole, however rotations, restarts and pauses split them', { timeout: 600_000 }, async () => {
  const containers = fc.sample(container, { numRuns: 20 * scale, seed })
  const pods = containers.map((each, i) => ({ ...written(`any-${i}`, each), turns: each.turns }))
  const posts = pods.map(({ records, turns }) => inTurns(records, turns))
  await postInRounds(posts, async (round) => {
    if (round === 3) await restart()
    if (round === 2 || round === 5) await listsHave(service.url)
  })
  for (const { pod, lines } of pods) await expect.poll(() => searched(pod), { ...soon, message: pod }).toEqual(lines)
  for (const { pod, lines } of pods) expect(await podLines(pod), pod).toEqual(lines)
})

const at = (stream: Stream, partial: boolean, file: string, offset: number, ms: number, message: string) => {
  const time = new Date(startMs + ms).toISOString()
  return { namespace: 'shop', container: 'app', restart: 0, time, stream, message, partial, file, offset, length: 50 }
}
const ofPod = (pod: string, records: readonly object[]) => records.map((each) => ({ ...each, pod, podUid: `uid-${pod}` }))

test(
  'what ingest goes on with is in the line once, where the projector has joined its begin meanwhile',
  { timeout: 300_000 },
  async () => {
    for (const tickMs of [1, 0]) {
      const records = [
        at('stdout', true, 'a', 1000, 0, 'begin-'),
        at('stdout', false, 'c', 50, 3 * tickMs, 'next'),
        at('stdout', true, 'b', 0, tickMs, 'middle-'),
        at('stdout', false, 'c', 0, 2 * tickMs, 'end'),
      ]
      const pod = `meanwhile-${tickMs}`
      const [begin, next, middle, end] = ofPod(pod, records)
      for (const record of [begin, next, middle]) await post([record!])
      await expect.poll(() => searched(pod), soon).toEqual(['begin-middle-…', 'next'])
      await post([end!])
      // A reader knows at once what the line has already; the search does when the projector has stored it.
      await expect.poll(() => podLines(pod), soon).toEqual(['begin-middle-end', 'next'])
      await expect.poll(() => searched(pod), soon).toEqual(['begin-middle-end', 'next'])
    }
  },
)

test('a part of a line of one stream fills the file in front of the end of the other one', { timeout: 300_000 }, async () => {
  const [out, err, outEnd, errEnd] = [
    at('stdout', true, 'a', 1000, 0, 'out-'),
    at('stderr', true, 'a', 1050, 1, 'err-'),
    at('stdout', false, 'b', 0, 2, 'end'),
    at('stderr', false, 'b', 50, 3, 'end'),
  ]
  const orders = {
    'by-time': [out, err, outEnd, errEnd],
    'by-stream': [out, outEnd, err, errEnd],
    turned: [err, errEnd, out, outEnd],
  }
  const posts = Object.entries(orders).map(([pod, records]) => ofPod(`both-${pod}`, records))
  await postInRounds(posts, async (round) => {
    if (round === 2) await restart()
  })
  for (const pod of Object.keys(orders)) {
    await expect.poll(() => searched(`both-${pod}`), { ...soon, message: pod }).toEqual(['err-end', 'out-end'])
    expect(await podLines(`both-${pod}`), pod).toEqual(['err-end', 'out-end'])
  }
})

test(
  'fragments of one time are joined over a rotation and a restart, whatever the names of the files',
  { timeout: 300_000 },
  async () => {
    const posts = [['a', 'b'] as const, ['b', 'a'] as const].flatMap(([first, second]) => [
      ofPod(`same-${first}`, [at('stdout', true, first, 1000, 0, 'be'), at('stdout', false, second, 0, 0, 'gin')]),
      ofPod(`same-err-${first}`, [
        at('stdout', true, first, 1000, 0, 'be'),
        at('stderr', false, second, 0, 0, 'err'),
        at('stdout', false, second, 50, 0, 'gin'),
      ]),
    ])
    await postInRounds(posts, async (round) => {
      if (round === 1) await restart()
    })
    for (const first of ['a', 'b']) {
      await expect.poll(() => searched(`same-${first}`), { ...soon, message: first }).toEqual(['begin'])
      await expect.poll(() => searched(`same-err-${first}`), { ...soon, message: first }).toEqual(['begin', 'err'])
    }
  },
)

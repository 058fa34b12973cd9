// A rotation within a line, with lines of the other stream in front of its end: one line to every reader, in whatever
// order the records come, and over a restart.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { request, startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startTestService()
})
afterAll(async () => service[Symbol.asyncDispose]())

const startMs = Date.now() - 600_000

/** Of file a its first and last line, which goes on in file b behind a line of stderr. */
function rotated(pod: string) {
  const at = (ms: number, tag: string, text: string, file: string, offset: number) => {
    const cri = `${new Date(startMs + ms).toISOString()} ${text === 'err' ? 'stderr' : 'stdout'} ${tag} ${text}`
    return { path: `/var/log/pods/shop_${pod}_uid-${pod}/app/0.log`, cri, file, offset }
  }
  const lengthOf = ({ cri }: { cri: string }): number => cri.length + 1
  const first = at(0, 'F', 'first', 'a', 0)
  const begin = { ...at(1, 'P', 'be', 'a', lengthOf(first)), eof: true }
  const err = at(2, 'F', 'err', 'b', 0)
  const end = at(3, 'F', 'gin', 'b', lengthOf(err))
  const last = { ...at(4, 'F', 'last', 'b', lengthOf(err) + lengthOf(end)), eof: true }
  return { first, begin, err, end, last }
}

async function post(...records: readonly object[]): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const { status } = await request(`${service.url}/v1/batches`, { method: 'POST', headers, body: JSON.stringify({ records }) })
  expect(status).toBe(200)
}
const linesAt = async (path: string): Promise<string[]> => {
  const { lines } = (await request(`${service.url}${path}`)).body as { lines: { message: string; partial: boolean }[] }
  return lines.map(({ message, partial }) => message + (partial ? '…' : ''))
}
const searched = (pod: string, query = '') => linesAt(`/v1/logs?podUid=uid-${pod}&order=asc&limit=100${query}`)
const podLines = (pod: string, query = '') => linesAt(`/v1/pods/uid-${pod}/logs?limit=100${query}`)

type Records = ReturnType<typeof rotated>
const posts: Record<string, (of: Records) => object[][]> = {
  'stderr-last': ({ first, begin, err, end, last }) => [[first, begin], [end], [err], [last]],
  'stderr-first': ({ first, begin, err, end, last }) => [[err], [first, begin], [end, last]],
  'second-file-first': ({ first, begin, err, end, last }) => [
    [err, end, last],
    [first, begin],
  ],
  'second-file-first-in-one-post': ({ first, begin, err, end, last }) => [[err, end, last, first, begin]],
}
const whole = ['first', 'begin', 'err', 'last']

test(
  'a line that a rotation splits is one line in whatever order its records come, and over a restart',
  { timeout: 300_000 },
  async () => {
    const pods = ['restarted', ...Object.keys(posts)]
    const { first, begin, err, end, last } = rotated('restarted')
    await post(first, begin)
    service = await service.restarted()
    await post(err, end, last)
    for (const [pod, postsOf] of Object.entries(posts)) for (const records of postsOf(rotated(pod))) await post(...records)
    for (const pod of pods) {
      // As they are read, and behind the projector as they are stored. While it stores a line, both its parts and it are
      // there for some ms (decision 0017).
      const soon = { timeout: 60_000, message: pod }
      await expect.poll(() => podLines(pod), soon).toEqual(whole)
      await expect.poll(() => podLines(pod, '&stream=stdout'), soon).toEqual(['first', 'begin', 'last'])
      await expect.poll(() => searched(pod), soon).toEqual(whole)
      expect(await searched(pod, '&q=begin'), pod).toEqual(['begin'])
      expect(await podLines(pod), pod).toEqual(whole)
      const { body } = await request(`${service.url}/v1/pods/uid-${pod}`)
      const { lines, containers } = body as { lines: number; containers: { lives: { seal: { text: string } }[] }[] }
      expect([lines, containers[0]!.lives[0]!.seal.text], pod).toEqual([4, 'sealed: 4 lines, 0 missing'])
    }
    // Ingest still remembers the begin. What came behind it of file b says that the next file does not go on with it.
    for (const pod of ['stderr-last', 'stderr-first']) {
      const own = { ...rotated(pod).first, cri: `${new Date(startMs + 9).toISOString()} stdout F own`, file: 'c' }
      await post(own)
      expect(await searched(pod), pod).toEqual([...whole, 'own'])
    }
  },
)

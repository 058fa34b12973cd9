// What the agent may not say of a life: that it is whole where it is not known to be. Files are made as no kubelet that
// works makes them.
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { spawnAgent, type AgentProcess } from '#test/support/agent-process.ts'
import { nextTime } from '#test/support/played-kubelet.ts'
import { startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
let root = ''
let agent: AgentProcess | undefined
let pods = 0
let uid = ''
let directory = ''

beforeAll(async () => {
  service = await startTestService()
})
afterAll(async () => service[Symbol.asyncDispose]())
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'afterlog-agent-lives-'))
  uid = `lives-${pods++}`
  directory = join(root, 'pods', `shop_cart_${uid}`, 'app')
  mkdirSync(directory, { recursive: true })
})
afterEach(async () => {
  await agent?.kill()
  rmSync(root, { recursive: true, force: true })
})

const start = (url = service.url): void => {
  const paths = { PODS_DIR: join(root, 'pods'), STATE: join(root, 'state.json') }
  agent = spawnAgent({ URL: url, ...paths, POLL_MS: '50', LOG_LEVEL: 'warn' })
}
const line = (text: string, stream = 'stdout', tag = 'F') => `${nextTime()} ${stream} ${tag} ${text}\n`
const put = (name: string, content: string | Buffer): void => writeFileSync(join(directory, name), content)
const add = (name: string, content: string | Buffer): void => appendFileSync(join(directory, name), content)

interface Life {
  restart: number
  seal: { state: string; text: string; gaps: { bytes: number }[] } | null
}
async function lives(): Promise<Life[]> {
  const pod = (await (await fetch(`${service.url}/v1/pods/${uid}`)).json()) as { containers?: { lives: Life[] }[] }
  return (pod.containers ?? []).flatMap((container) => container.lives)
}
const seals = () =>
  expect.poll(async () => Object.fromEntries((await lives()).map(({ restart, seal }) => [restart, seal?.state])), {
    timeout: 30_000,
  })
async function messages(): Promise<string[]> {
  const answer = await fetch(`${service.url}/v1/pods/${uid}/logs?limit=1000`)
  return ((await answer.json()) as { lines?: { message: string }[] }).lines?.map(({ message }) => message) ?? []
}
const stored = () => expect.poll(messages, { timeout: 30_000 })
/** Looks enough for all that may be said without a new file. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 800))

test('a run with a smaller number that began later is not over, and is not sealed', async () => {
  start()
  put('5.log', line('five'))
  await stored().toEqual(['five'])
  put('3.log', line('three'))
  await stored().toEqual(['five', 'three'])
  await settled()
  await agent?.kill()
  add('3.log', line('lost'))
  rmSync(join(directory, '3.log'))
  start()
  await settled()
  expect(await lives()).not.toContainEqual(
    expect.objectContaining({ restart: 3, seal: expect.objectContaining({ state: 'sealed' }) as object }),
  )
})

test('a run that goes on in the log of an earlier one is not over, until a later one begins', async () => {
  start()
  put('3.log', line('first'))
  await stored().toEqual(['first'])
  put('4.log', line('four'))
  // Within one tick of the clock both would have one time.
  await new Promise((resolve) => setTimeout(resolve, 20))
  add('3.log', line('again'))
  await stored().toEqual(['first', 'four', 'again'])
  await settled()
  await seals().toMatchObject({ 3: 'tail-unknown' })
  put('6.log', line('six'))
  await seals().toMatchObject({ 3: 'sealed', 4: 'sealed' })
})

/** The messages, once they have not changed for some time: the service joins what comes late. */
async function unchanged(): Promise<string[]> {
  for (let before = await messages(), sinceMs = performance.now(); ;) {
    await new Promise((resolve) => setTimeout(resolve, 200))
    const now = await messages()
    if (now.join('\n') !== before.join('\n')) [before, sinceMs] = [now, performance.now()]
    else if (performance.now() - sinceMs > 6000) return now
  }
}

test.each([
  ['of more fragments than the service joins, and nothing is said of its end', 100, 'tail-unknown'],
  ['of fragments that the service joins', 60, 'sealed'],
])('a last line stays as it is stored: %s', async (_, fragments, state) => {
  start()
  put('0.log', line('one'))
  for (let i = 0; i < fragments; i++) {
    add('0.log', line(`${i} ${'x'.repeat(16_000)}`, 'stdout', 'P'))
    // The service has the begin of the line before the rest of it comes.
    if (i === fragments / 2) await stored().toHaveLength(2)
  }
  add('0.log', line('end'))
  const before = await unchanged()
  expect(before.join('').length).toBeGreaterThan(900_000)
  put('1.log', line('next'))
  await stored().toHaveLength(before.length + 1)
  await seals().toMatchObject({ 0: state })
  expect((await unchanged()).filter((message) => message !== 'next')).toEqual(before)
})

const numbered = (letter: string, count: number) => Array.from({ length: count }, (_, i) => `${letter}${i}`)
const linesOf = (first: string, texts: string[]) => first + texts.map((text) => line(text)).join('')
const [as, bs] = [numbered('a', 5), numbered('b', 5)]

test.each(['at once', 'while no agent runs', 'compressed, while no agent runs'])(
  'a file that begins as one that was removed is read, and its life is not sealed: %s',
  async (how) => {
    const first = line('starting')
    start()
    put('0.log', linesOf(first, as))
    await stored().toEqual(['starting', ...as])
    await settled()
    if (how !== 'at once') await agent?.kill()
    rmSync(join(directory, '0.log'))
    const text = linesOf(first, bs)
    if (how.startsWith('compressed')) put('0.log.20261130-100000.gz', gzipSync(text))
    put('0.log', how.startsWith('compressed') ? line('live') : text)
    if (how !== 'at once') start()
    await stored().toEqual(expect.arrayContaining(bs))
    await settled()
    put('1.log', line('next'))
    await stored().toContain('next')
    await settled()
    await seals().not.toMatchObject({ 0: 'sealed' })
  },
)

test('two files of one life that begin alike are both read, and their life is not sealed', async () => {
  const first = line('starting')
  start()
  put('0.log', linesOf(first, as))
  await stored().toEqual(['starting', ...as])
  renameSync(join(directory, '0.log'), join(directory, '0.log.20261130-100000'))
  put('0.log', linesOf(first, bs))
  await stored().toEqual(expect.arrayContaining([...as, ...bs]))
  put('1.log', line('next'))
  await stored().toContain('next')
  await settled()
  await seals().not.toMatchObject({ 0: 'sealed' })
})

test('a copy of a file that has gone on meanwhile seals nothing', async () => {
  start()
  const text = linesOf('', as)
  put('0.log', text)
  await stored().toEqual(as)
  await settled()
  await agent?.kill()
  add('0.log', linesOf('', bs))
  rmSync(join(directory, '0.log'))
  put('0.log', text)
  put('1.log', line('next'))
  start()
  await stored().toEqual([...as, 'next'])
  await settled()
  await seals().not.toMatchObject({ 0: 'sealed' })
})

test('a line behind very many zero bytes is read, plain and compressed', async () => {
  put('0.log.20261130-100000.gz', gzipSync(Buffer.concat([Buffer.alloc(3_000_000), Buffer.from(line('compressed'))])))
  put('0.log', Buffer.alloc(0))
  truncateSync(join(directory, '0.log'), 8 * 1024 * 1024)
  add('0.log', line('plain'))
  start()
  await stored().toEqual(['compressed', 'plain'])
})

test('the begin of compressed files takes no more memory than the manifest allows', async () => {
  const text = line('x'.repeat(16_000), 'stdout', 'P').repeat(8) + line('z'.repeat(16_000)).repeat(6000)
  const compressed = gzipSync(text)
  for (let i = 0; i < 4; i++) put(`0.log.20261130-10000${i}.gz`, compressed)
  start('http://127.0.0.1:9')
  await expect.poll(() => agent?.log(), { timeout: 30_000 }).toContain('takes no lines')
  await settled()
  expect(agent!.used().rssBytes).toBeLessThan(250 * 1024 ** 2)
})

/** As the state on the disk has them. */
const knownLives = (): unknown[] => (JSON.parse(readFileSync(join(root, 'state.json'), 'utf8')) as { lives: unknown[] }).lives

test.each(['by an agent that stops then', 'and its pod is removed'])(
  'zero bytes behind the last line of a file that was read are no loss: %s',
  async (how) => {
    start()
    put('0.log', linesOf('', as))
    await stored().toEqual(as)
    add('0.log', Buffer.alloc(4096))
    put('1.log', line('next'))
    await stored().toEqual([...as, 'next'])
    await settled()
    if (how.startsWith('by')) {
      await agent?.kill('SIGTERM')
      rmSync(join(directory, '0.log'))
      start()
    } else rmSync(join(root, 'pods', `shop_cart_${uid}`), { recursive: true })
    await expect.poll(() => knownLives(), { timeout: 20_000 }).toHaveLength(how.startsWith('by') ? 1 : 0)
    expect(await lives()).toMatchObject([{ seal: { state: 'tail-unknown', gaps: [] } }, {}])
  },
)

// `npm run demo` as a stranger runs it: a process of its own, its output, its answers over HTTP, its end.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { scale } from '#test/support/campaign.ts'
import { root } from '#test/support/service-process.ts'
import { startDemo, type Demo } from '#test/support/demo-process.ts'
import { rebaseText } from '../../demo/rebase.ts'

const demos: Demo[] = []
/** Where the demo makes its directory. */
let temporary: string

beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'afterlog-demo-test-'))
})

afterEach(async () => {
  for (const demo of demos.splice(0)) await demo[Symbol.asyncDispose]()
  await rm(temporary, { recursive: true })
})

function demoOf(args: readonly string[], env: Record<string, string> = {}): Demo {
  const demo = startDemo({ temporary, args, env })
  demos.push(demo)
  return demo
}

interface Pods {
  pods: { uid: string; name: string; outcome: string; lines: number; containers: { lives: { restart: number }[] }[] }[]
}

function expectTable(output: string): void {
  const row = (pod: string) =>
    output
      .split('\n')
      .find((line) => line.startsWith(`  ${pod} `))!
      .trim()
      .split(/ {2,}/)
  const died = expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/) as string
  expect(row('shop/cart-7d9f8b6c5-x2x9k')).toEqual(['shop/cart-7d9f8b6c5-x2x9k', 'node-1', 'crashed', '1', '2', died, '179'])
  expect(row('shop/checkout-5f4b8d7c6-k8wq2')).toEqual([
    'shop/checkout-5f4b8d7c6-k8wq2',
    'node-2',
    'oomkilled',
    '137',
    '1',
    died,
    '192',
  ])
  expect(row('shop/search-indexer-0')).toEqual(['shop/search-indexer-0', 'node-2', 'evicted', '137', '0', died, '220'])
  expect(row('payments/payments-79c5d9f8b-tz6lm').slice(0, 4)).toEqual([
    'payments/payments-79c5d9f8b-tz6lm',
    'node-3',
    'node-lost',
    '137',
  ])
  expect(row('shop/db-migrate-v42-7xk2m').slice(0, 4)).toEqual(['shop/db-migrate-v42-7xk2m', 'node-2', 'completed', '0'])
  expect(output).toContain(
    'alive: shop/search-indexer-0, payments/payments-79c5d9f8b-mm2rd, shop/web-6c8d5f7b9c-p4hjv, kube-system/etcd-node-1',
  )
  expect(output).toContain('every line of 10 pods came back, byte for byte')
  expect(output).toContain(
    'The node was low on resource: ephemeral-storage. Threshold quantity: 8587738521, available: 8102748Ki.',
  )
  expect(output).toContain('msg="offset not committed, these changes will be read again"')
}

// By day the next test alone, since the demo that goes on serving has printed the same.
if (scale > 1)
  test('the table tells how every dead pod died, and an ended demo leaves nothing behind', async () => {
    const demo = demoOf(['--once'])
    expect(await demo.ended).toBe(0)
    expectTable(demo.output())
    expect(await readdir(temporary)).toEqual([])
  })

test('the table tells how every dead pod died; the text of a pod whose files are gone is the text that it wrote; Ctrl-C ends the demo with 0 and removes its directory', async () => {
  const demo = demoOf([])
  const output = await demo.until('Serving until Ctrl-C.')
  expectTable(output)
  const url = /Listening on (\S+)/.exec(output)![1]!
  const left = (await readdir(temporary, { recursive: true })).filter((path) => path.endsWith('.log') && path.includes('var/log'))
  expect(left).toEqual([])

  const { pods } = (await (await fetch(`${url}/v1/pods?outcome=oomkilled`)).json()) as Pods
  expect(pods.map(({ name }) => name)).toEqual(['checkout-5f4b8d7c6-k8wq2'])
  const [{ uid, containers }] = pods as [Pods['pods'][0]]
  expect(containers[0]!.lives.map(({ restart }) => restart).toSorted((a, b) => a - b)).toEqual([0, 1])
  const answer = await fetch(`${url}/v1/pods/${uid}/logs`, { headers: { accept: 'text/plain' } })
  expect(await answer.text()).toBe(
    await writtenBy('node-2', `shop_checkout-5f4b8d7c6-k8wq2_${uid}/checkout`, await movedBy(url, uid)),
  )

  const indexers = (await (await fetch(`${url}/v1/pods?name=search-indexer-0`)).json()) as Pods
  expect(indexers.pods.map(({ outcome }) => outcome).toSorted()).toEqual(['evicted', 'running'])
  for (const [, curled] of output.matchAll(/^ {2}curl -s [^\n]*?'(http[^']*\/v1\/(?!batches|logs\/tail)[^']*)'/gm)) {
    const tried = await fetch(curled!)
    expect([tried.status, curled]).toEqual([200, curled])
    expect((await tried.text()).length).toBeGreaterThan(200)
  }
  expect((await fetch(`${url}/docs`)).status).toBe(200)
  await expectExamplesOfReadme(url)

  demo.child.kill('SIGINT')
  expect(await demo.ended).toBe(0)
  expect(await readdir(temporary)).toEqual([])
})

test('what keeps the demo from starting is one sentence and exit code 1', async () => {
  const demo = demoOf([], { AFTERLOG_HTTP_PORT: 'eighty' })
  expect(await demo.ended).toBe(1)
  expect(demo.output()).toContain('AFTERLOG_HTTP_PORT must be a whole number')
  expect(await readdir(temporary)).toEqual([])
})

test('where the embedded engine does not load, the demo says so and exits with 1', async () => {
  const hook = `import { registerHooks } from 'node:module'
registerHooks({ resolve(name, context, next) { if (name === 'chdb') throw new Error('no binary for this platform'); return next(name, context) } })`
  const demo = demoOf([], { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` })
  expect(await demo.ended).toBe(1)
  expect(demo.output()).toContain('afterlog demo: the embedded engine (package chdb) is not installed or does not load on')
  expect(await readdir(temporary)).toEqual([])
})

/** The searches of README.md find lines of the demo, and so does its id however it is asked for. */
async function expectExamplesOfReadme(url: string): Promise<void> {
  const readme = await readFile(join(root, 'README.md'), 'utf8')
  const lines = async (query: string): Promise<number> =>
    ((await (await fetch(`${url}/v1/logs?${query}`)).json()) as { lines: unknown[] }).lines.length
  const searches = [...readme.matchAll(/'http:\/\/127\.0\.0\.1:8080\/v1\/logs(?:\/histogram)?\?([^']*)'/g)].map(
    ([, query]) => query!,
  )
  expect(searches.length).toBeGreaterThan(1)
  for (const query of searches) expect(await lines(query.replace(/&step=\w+/, '')), query).toBeGreaterThan(0)
  const id = /traceId=(\w+)/.exec(searches.join(' '))![1]!
  for (const q of [id, `trace_id=${id}`, `traceId:${id.toUpperCase()}`, `trace_id:${id}`, `trace.id:${id}`])
    expect(await lines(new URLSearchParams({ q }).toString()), q).toBeGreaterThan(0)
}

const fixture = (node: string, folder: string) => join(root, 'demo/cluster', node, 'var/log/pods', folder)

/** Whole seconds between the recording and the replay, by the first line of a pod. */
async function movedBy(url: string, uid: string): Promise<number> {
  const { lines } = (await (await fetch(`${url}/v1/pods/${uid}/logs?limit=1`)).json()) as { lines: { time: string }[] }
  const recorded = await readFile(join(fixture('node-2', `shop_checkout-5f4b8d7c6-k8wq2_${uid}/checkout`), '0.log'), 'utf8')
  expect(lines[0]!.time.slice(19)).toBe(recorded.slice(19, 30))
  const second = (time: string) => Date.parse(`${time.slice(0, 19)}Z`) / 1000
  return second(lines[0]!.time) - second(recorded)
}

async function writtenBy(node: string, folder: string, seconds: number): Promise<string> {
  let text = ''
  for (const file of ['0.log', '1.log']) {
    const content = rebaseText(await readFile(join(fixture(node, folder), file), 'utf8'), seconds)
    for (const [, tag, message] of content.matchAll(/^\S+ std(?:out|err) ([PF]) (.*)$/gm))
      text += message! + (tag === 'F' ? '\n' : '')
  }
  return text
}

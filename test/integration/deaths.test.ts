// Every recorded or documented shape of death, through the front door: posted as lifecycle records and lines, read back
// as an obituary. A shape is a file of test/fixtures/deaths with its source and what must be said of it. Everything is
// sent twice.
import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { obituaryAnswer } from '#query/obituary/obituary-schema.ts'
import { post, type TestRecord } from '#test/support/lines.ts'
import { listsHave, request, startTestService, type TestService } from '#test/support/service.ts'

interface Shape {
  shape: string
  source: string
  objects: unknown[]
  nodes?: { what: string; status: string; since: string; reason: string; message: string }[]
  lines?: TestRecord[]
  expect: { outcome: string; cause: string; evidence: string[]; firstError?: object; lines?: string[] }
}

/** Of the pod that dies. */
interface Own {
  uid: string
  node: string
}

const folder = new URL('../fixtures/deaths/', import.meta.url)
const shapes = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name, i) => {
    const text = namedApart(readFileSync(new URL(name, folder), 'utf8'), i)
    const own = { uid: `5b0c${1000 + i}-7d1e-4f2a-9b3c-000000000042`, node: `node-${i}` }
    return [name.slice(0, -'.yaml'.length), parse(text) as Shape, own] as const
  })

/** All shapes stand in one store, so that its projector takes them together: each has names and ids of its own. */
function namedApart(text: string, i: number): string {
  return text
    .replaceAll('5b0c0042', `5b0c${1000 + i}`)
    .replaceAll('0f1e2d3c', `0f1e${1000 + i}`)
    .replaceAll(/0(\d)9f((?:0\d9f){15})/g, (_, digit: string, rest: string) => `${digit}${100 + i}${rest}`)
    .replaceAll('uid: e-', `uid: e${i}-`)
    .replaceAll('cart-0', `cart-${i}`)
    .replaceAll('node-7', `node-${i}`)
}

/** For the records of all shapes, on a machine that is busy with other things. */
const hookMsMax = 240_000

let service: TestService
/** Of each shape, asked as soon as all of it was sent. */
const firstAnswers = new Map<string, Answer>()
beforeAll(async () => {
  service = await startTestService({ AFTERLOG_RETENTION: 'default=36500d', AFTERLOG_FLUSH_INTERVAL_MS: '250' })
  // Together, so that the store takes them in few inserts, and the projector in few passes.
  await Promise.all(shapes.map(async ([name, shape, own]) => firstAnswers.set(name, await sendAndAsk(name, shape, own))))
  await listsHave(service.url, hookMsMax)
}, hookMsMax)
afterAll(async () => service[Symbol.asyncDispose]())

interface Answer {
  status: number
  body: Record<string, unknown>
}

async function ask(path: string): Promise<Answer> {
  const { status, body } = await request(`${service.url}${path}`)
  return { status, body }
}

async function sendAndAsk(name: string, { objects, nodes = [], lines = [] }: Shape, { uid, node }: Own): Promise<Answer> {
  const headers = { 'content-type': 'application/json', 'x-afterlog-cluster': 'prod-eu' }
  for (let i = 0; i < 2; i++) {
    if (objects.length > 0) {
      const { body } = await request(`${service.url}/v1/lifecycle`, { method: 'POST', body: JSON.stringify(objects), headers })
      expect(body, name).toMatchObject({ accepted: objects.length, rejected: 0 })
    }
    if (lines.length > 0) {
      const { body } = await post({ url: service.url, tenant: 'default' }, lines)
      expect(body, name).toMatchObject({ accepted: lines.length, rejected: 0 })
    }
  }
  if (nodes.length > 0) await insertNodeStates(node, nodes)
  return ask(`/v1/pods/${uid}/obituary`)
}

test('there are at least 25 of them, each with its source', () => {
  expect(shapes.length).toBeGreaterThanOrEqual(25)
  expect(new Set(shapes.map(([, { shape }]) => shape)).size).toBe(shapes.length)
  for (const [name, { source }] of shapes) expect(source, name).toMatch(/https:\/\/|pkg\/|POSIX|Linux|design/)
})

test.each(shapes)('%s', async (name, { expect: expected }, { uid }) => {
  const answer = firstAnswers.get(name)!
  expect(answer.status, JSON.stringify(answer.body)).toBe(200)
  const { outcome, cause, evidence, firstError, pod } = obituaryAnswer.parse(answer.body)
  const kinds = [...new Set(evidence.map(({ kind }) => kind))].toSorted()
  expect({ outcome, cause, evidence: kinds }).toEqual({
    outcome: expected.outcome,
    cause: expected.cause,
    evidence: expected.evidence,
  })
  if (expected.firstError !== undefined) expect(firstError).toMatchObject(expected.firstError)
  if (expected.lines !== undefined)
    expect(evidence.filter(({ kind }) => kind === 'line').map(({ text }) => text)).toEqual(expected.lines)
  expect(pod.outcome).toBe(outcome)

  // The record, and the obituary that was written with it, say the same.
  expect(await ask(`/v1/pods/${uid}/obituary`)).toEqual(answer)
  const listed = await ask(`/v1/pods?uid=${uid}`)
  const shown = (listed.body['pods'] as { uid: string }[]).find((one) => one.uid === uid)
  expect(shown).toMatchObject({ outcome, reason: pod.reason, message: pod.message, exitCode: pod.exitCode, diedAt: pod.diedAt })
})

async function insertNodeStates(node: string, nodes: NonNullable<Shape['nodes']>): Promise<void> {
  const columns = ['tenant', 'cluster', 'node', 'version', 'what', 'status', 'since', 'reason', 'message']
  const rows = nodes.map(({ what, status, since, reason, message }) => {
    const at = since.replace('T', ' ').replace('Z', '')
    return JSON.stringify(['default', 'prod-eu', node, 1, what, status, at, reason, message])
  })
  await service.store.insert({
    table: 'node_states',
    columns,
    rows: Buffer.from(`${rows.join('\n')}\n`),
    format: 'JSONCompactEachRow',
  })
}

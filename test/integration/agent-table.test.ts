// The table of docs/formats.md, "What each protocol keeps", against what is stored of a line that says everything: each
// cell is observed, none is taken from the protocol's own description.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AgentLine, AgentProtocol } from '#test/support/agents/protocol.ts'
import { protocols } from '#test/support/agents/protocols.ts'
import { exited, podObject } from '#test/support/container-log.ts'
import { listsHave, request, startTestService, type TestService } from '#test/support/service.ts'

let service: TestService
beforeAll(async () => {
  service = await startTestService(Object.assign({}, ...protocols.map(({ env = {} }) => env)) as Record<string, string>)
})
afterAll(async () => service?.[Symbol.asyncDispose]())

const columns = ['time', 'order', 'offset', 'restart', 'labels', 'attributes', 'bytes', 'seal'] as const
type Row = Record<(typeof columns)[number], string>

/** By the name of the protocol. */
async function tableOfDocs(): Promise<Map<string, Row>> {
  const text = await readFile(join(import.meta.dirname, '../../docs/formats.md'), 'utf8')
  const section = text.split('\n## ').find((part) => part.startsWith('What each protocol keeps'))!
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
  return new Map(
    rows.map((row) => {
      const [name, _agents, ...cells] = row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', ''))
      return [name!, Object.fromEntries(columns.map((column, i) => [column, cells[i]!])) as Row]
    }),
  )
}

const bytes = Buffer.from([0x61, 0xff, 0x62])

/** The lines of a container that ended: three of one time, the last one with bytes that are not UTF-8. */
function linesOf(podUid: string): AgentLine[] {
  const time = BigInt(Date.now() - 60_000) * 1_000_000n + 456_789n
  const of = { time, namespace: 'shop', pod: 'cart', podUid, container: 'app', restart: 0, stream: 'stdout' as const }
  const more = { labels: { app: 'cart' }, attributes: { order: 'o-17' } }
  // Each has the length of its line in the file: 30 bytes of time, the stream, the tag, the text.
  return [Buffer.from('b'), Buffer.from('a'), bytes].reduce<AgentLine[]>((lines, message) => {
    const before = lines.at(-1)
    const offset = before === undefined ? 0 : before.offset! + 41 + before.message.length
    return [...lines, { ...of, ...more, message, offset }]
  }, [])
}

const yes = (value: boolean): string => (value ? 'yes' : 'no')

async function observe(protocol: AgentProtocol, podUid: string): Promise<Row> {
  const tenant = podUid
  const { status, body } = await protocol.send({ url: service.url, tenant }, linesOf(podUid))
  expect(status, body).toBeLessThan(300)
  const stored = await expect
    .poll(async () => (await ask(tenant, '/v1/logs?order=asc')).lines, { timeout: 20_000 })
    .toHaveLength(3)
    .then(async () => (await ask(tenant, '/v1/logs?order=asc')).lines)
  const [first, second] = stored
  const text = await fetch(`${service.url}/v1/logs?order=asc&prefix=false`, {
    headers: { accept: 'text/plain', 'x-scope-orgid': tenant },
  })
  const raw = Buffer.from(await text.arrayBuffer())
  const [startedMs, endedMs] = [Date.now() - 90_000, Date.now() - 30_000]
  const pod = podObject(podUid, startedMs, exited(startedMs, endedMs), { status: { phase: 'Succeeded' } })
  await fetch(`${service.url}/v1/lifecycle`, {
    method: 'POST',
    body: JSON.stringify(pod),
    headers: { 'content-type': 'application/json', 'x-scope-orgid': tenant },
  })
  await listsHave(service.url)
  const { containers } = await ask(tenant, `/v1/pods/${podUid}`)
  return {
    time: /\d{3}456789Z$/.test(first!.time) ? 'ns' : 'µs',
    order: yes(first!.message === 'b' && second!.message === 'a'),
    offset: yes(first!.offset === 0),
    restart: yes(first!.restart === 0),
    labels: yes(first!.labels['app'] === 'cart'),
    attributes: yes(first!.attributes['order'] === 'o-17'),
    bytes: yes(raw.includes(bytes)),
    seal: containers[0]!.lives[0]!.seal.state,
  }
}

interface Answer {
  lines: {
    time: string
    message: string
    offset: number | null
    restart: number | null
    labels: Record<string, string>
    attributes: Record<string, string>
  }[]
  containers: { lives: { seal: { state: string } }[] }[]
}
const ask = async (tenant: string, path: string): Promise<Answer> =>
  (await request(`${service.url}${path}`, { headers: { 'x-scope-orgid': tenant } })).body as unknown as Answer

test('every protocol has a row, and each cell is what is stored', { timeout: 120_000 }, async () => {
  const table = await tableOfDocs()
  expect([...table.keys()]).toEqual(protocols.map(({ name }) => name))
  const seen: [string, Row][] = []
  for (const [i, protocol] of protocols.entries()) seen.push([protocol.name, await observe(protocol, `uid-of-${i}`)])
  expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(table))
})

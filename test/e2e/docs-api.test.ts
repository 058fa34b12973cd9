// docs/api.md is true: its commands are run as they stand against a real service, its tables are compared with the
// code. In a documented answer `…` is any text, numbers under rowsRead, bytesRead, elapsedMs, rows and bytes are any
// number, and times are those of the data, moved with it.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { errorCodes } from '#shared/errors.ts'
import { textPattern } from '#test/support/documented.ts'
import { listsHave, request, startTestService, type TestService } from '#test/support/service.ts'
import { hoursTo, lines, moveTimes, objects } from './docs-api-data.ts'

const documented = await readFile(new URL('../../docs/api.md', import.meta.url), 'utf8')
const hours = hoursTo(Date.now())
const moved = moveTimes(documented, hours)

let service: TestService
beforeAll(async () => {
  service = await startTestService()
  await post('/v1/batches', lines, { accepted: 6, rejected: 1 })
  await post('/v1/lifecycle', objects, { accepted: objects.length, rejected: 0 })
  await listsHave(service.url)
})
afterAll(() => service[Symbol.asyncDispose]())

async function post(path: string, body: unknown, answer: object): Promise<void> {
  const headers = { 'content-type': 'application/json', 'x-afterlog-cluster': 'prod-eu' }
  const init = { method: 'POST', body: moveTimes(JSON.stringify(body), hours), headers }
  expect(await request(`${service.url}${path}`, init)).toMatchObject({ status: 200, body: answer })
}

const examples = [...moved.matchAll(/^```sh\n(.*?)^```\n+```(json|text)\n(.*?)^```$/gms)].map(([, command, type, answer]) => ({
  command: command!,
  type: type!,
  answer: answer!,
}))

test('every command has an answer', () => {
  expect(examples.length).toBeGreaterThan(15)
  expect(examples).toHaveLength([...documented.matchAll(/^```sh$/gm)].length)
})

test.each(examples)('$command', async ({ command, type, answer }) => {
  const output = await run(command.replaceAll('http://127.0.0.1:8080', service.url))
  if (type === 'json') expect(JSON.parse(output)).toEqual(pattern(JSON.parse(answer)))
  else expect(output.trimEnd()).toMatch(textPattern(answer.trimEnd()))
})

test('the codes of errors are those of the service', () => {
  const rows = [...documented.matchAll(/^\| `([a-z-]+)` \| (\d{3}) \| (yes|no) \|/gm)]
  const told = Object.fromEntries(
    rows.map(([, code, status, again]) => [code, { status: Number(status), retryable: again === 'yes' }]),
  )
  expect(told).toEqual(errorCodes)
})

test('every path of the OpenAPI document has a section or a row, and nothing else has; every parameter is named', async () => {
  const { body } = await request(`${service.url}/openapi.json`)
  const paths = body['paths'] as Record<string, Record<string, { parameters?: { name?: string; in?: string }[] }>>
  const served = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  // What agents post to, and Loki's API, are in pages of their own.
  const agents = await readFile(new URL('../../docs/agents.md', import.meta.url), 'utf8')
  const loki = await readFile(new URL('../../docs/loki.md', import.meta.url), 'utf8')
  const lokiBase = '/loki/api/v1/'
  const isElsewhere = (operation: string): boolean => {
    const [method = '', path = ''] = operation.split(' ')
    if (path.startsWith(lokiBase) && loki.includes(`\`${path.slice(lokiBase.length)}\``)) return true
    return ['POST', 'PUT'].includes(method) && agents.includes(path.replace(/^\/elasticsearch(?=\/)/, ''))
  }
  const operations = [...documented.matchAll(/^\| `(GET \/\S+)` \|/gm)].map(([, path]) => path!)
  const sections = new Map(documented.split(/^## /m).map((section) => [section.split('\n', 1)[0]!, section]))
  const told = [...sections.keys()].filter((title) => /^(GET|POST|PUT|DELETE) \//.test(title))
  // What describes the others is not among them.
  expect([...told, ...operations].toSorted()).toEqual(
    [
      ...served.filter((one) => told.includes(one) || !isElsewhere(one)),
      'GET /metrics',
      'GET /openapi.json',
      'GET /docs',
    ].toSorted(),
  )
  for (const title of told) {
    const [method, path] = title.split(' ') as [string, string]
    const { parameters = [] } = paths[path]![method.toLowerCase()]!
    const filters = sections.get('GET /v1/logs')!
    const section = `${sections.get(title)!}${sections.get(title)!.includes('[`/v1/logs`](#get-v1logs)') || sections.get(title)!.includes('[`/v1/fields`](#get-v1fields)') ? filters : ''}`
    const everywhere = sections.get('What holds everywhere')!
    const isOfAll = (name: string): boolean => everywhere.includes(`\`${name}=`)
    for (const { name, in: place } of parameters)
      if (name !== undefined && !isOfAll(name))
        expect(section, `${name} of ${title}`).toContain(place === 'path' ? `{${name}}` : `\`${name}\``)
  }
})

/** What a command prints, whatever its exit code. */
function run(command: string): Promise<string> {
  return new Promise((resolve) => execFile('bash', ['-c', command], (_, stdout) => resolve(stdout)))
}

const measured = ['rowsRead', 'bytesRead', 'elapsedMs', 'rows', 'bytes']

/** What vitest compares an answer with. */
function pattern(value: unknown): unknown {
  if (typeof value === 'string') return value.includes('…') ? expect.stringMatching(textPattern(value)) : value
  if (Array.isArray(value)) return value.map(pattern)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, measured.includes(key) ? expect.any(Number) : pattern(inner)]),
  )
}

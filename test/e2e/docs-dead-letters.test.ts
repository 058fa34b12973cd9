// docs/dead-letters.md is true: its commands are run in their order as they stand, against a real service that is
// restarted with a longer retention where the page says so. In a documented answer `…` is any text.
import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { textPattern } from '#test/support/documented.ts'
import { migratedDataDir } from '#test/support/migrated-data-dir.ts'
import { request } from '#test/support/service.ts'
import { root, spawnService } from '#test/support/service-process.ts'

const page = await readFile(new URL('../../docs/dead-letters.md', import.meta.url), 'utf8')
const fix = page.indexOf('Remove the reason first.')
if (fix < 0) throw new Error('docs/dead-letters.md does not say any more where the reason is removed')
const examplesOf = (text: string) =>
  [...text.matchAll(/^```sh\n(.*?)^```\n+```(json|text)\n(.*?)^```$/gms)].map((match) => match.slice(1))

test('the commands answer as the page says', async () => {
  const dataDir = migratedDataDir('afterlog-docs-letters-')
  try {
    await using before = spawnService({ dataDir, env: { AFTERLOG_RETENTION: 'default=1d' } })
    await postLetters(await before.serving)
    expect(await tryAll(examplesOf(page.slice(0, fix)), await before.serving)).toBe(1)
    before.kill('SIGTERM')
    await before.exited
    await using after = spawnService({ dataDir, env: { AFTERLOG_RETENTION: 'default=30d' } })
    expect(await tryAll(examplesOf(page.slice(fix)), await after.serving)).toBe(3)
    expect(await request(`${await after.serving}/v1/logs?order=asc`)).toMatchObject({
      body: { lines: [{ message: 'one' }, { message: 'two', node: 'node-7', cluster: 'prod-eu' }] },
    })
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
})

test('the message of the topic has the fields that it has', () => {
  expect(page).toContain(
    '{ "id", "time", "origin", "tenant", "topic", "partition", "offset", "index", "reason", "code", "payload" }',
  )
})

async function postLetters(url: string): Promise<void> {
  const record = { namespace: 'shop', pod: 'cart', container: 'app', podUid: 'u1' }
  const old = (ms: number): string => new Date(Date.now() - 2 * 86_400_000 + ms).toISOString()
  const records = [
    { ...record, time: old(0), message: 'one' },
    { ...record, time: old(1), message: 'two' },
    { ...record, time: 'when?', message: 'three' },
    { ...record, time: 'when?', message: 'x'.repeat(70_000) },
  ]
  const init = { method: 'POST', headers: { 'content-type': 'application/json' } }
  const body = JSON.stringify({ cluster: 'prod-eu', node: 'node-7', records })
  expect(await request(`${url}/v1/batches`, { ...init, body })).toMatchObject({ body: { accepted: 0, rejected: 4 } })
}

async function tryAll(examples: readonly (readonly string[])[], url: string): Promise<number> {
  for (const [command, type, answer] of examples as [string, string, string][]) {
    const output = (await run(command, url)).replaceAll(url, 'http://127.0.0.1:8080')
    if (type === 'json') expect(JSON.parse(output)).toEqual(pattern(JSON.parse(answer)))
    else expect(output).toMatch(textPattern(answer))
  }
  return examples.length
}

/** What a command prints, whatever its exit code. */
function run(command: string, url: string): Promise<string> {
  const there = command
    .replaceAll('http://127.0.0.1:8080', url)
    .replace(/npm run replay-dead-letters( --)?/, `'${process.execPath}' services/replay/main.ts`)
  return new Promise((resolve) =>
    execFile('bash', ['-c', there], { cwd: root, env: { ...process.env, AFTERLOG_URL: url } }, (_, stdout) => resolve(stdout)),
  )
}

function pattern(value: unknown): unknown {
  if (typeof value === 'string') return value.includes('…') ? expect.stringMatching(textPattern(value)) : value
  if (Array.isArray(value)) return value.map(pattern)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, pattern(inner)]))
}

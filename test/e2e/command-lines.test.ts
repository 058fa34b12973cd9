// What the command lines say of a wrong address or path: at once, in words, with what to do.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort } from '#test/support/kafka/free-port.ts'
import { root } from '#test/support/service-process.ts'

let dir: string
let nobody: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'afterlog-commands-'))
  nobody = `http://127.0.0.1:${await freePort()}`
})
afterAll(() => rm(dir, { recursive: true }))

async function run(argv: readonly string[], env: Record<string, string> = {}): Promise<{ code: number; stderr: string }> {
  const child = spawn(process.execPath, argv, {
    cwd: root,
    env: { PATH: process.env['PATH'] ?? '', AFTERLOG_DATA_DIR: dir, AFTERLOG_LOG_LEVEL: 'fatal', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  child.stderr.on('data', (text: Buffer) => (stderr += text.toString()))
  const [code] = (await once(child, 'close')) as [number]
  return { code, stderr }
}

const fails = async (argv: readonly string[], env?: Record<string, string>): Promise<string> => {
  const { code, stderr } = await run(argv, env)
  expect(code, stderr).toBe(1)
  return stderr
}

test('import and replay say at once that nothing listens at the address, and which option names another', async () => {
  const said = `nothing listens at ${nobody} (connect ECONNREFUSED ${new URL(nobody).host}). Name the service with --url or AFTERLOG_URL`
  expect(await fails(['services/import/main.ts', dir, '--url', nobody])).toContain(said)
  expect(await fails(['services/replay/main.ts', '--url', nobody])).toContain(said)
  expect(await fails(['services/replay/main.ts'], { AFTERLOG_URL: nobody })).toContain(said)
})

test('with --timeout they say what they wait for, and wait', async () => {
  const imported = await fails(['services/import/main.ts', dir, '--url', nobody, '--timeout', '1'])
  expect(imported).toMatch(/^ +0 % .* waiting: connect ECONNREFUSED/m)
  expect(imported).not.toContain('100 %')
  expect(imported).toContain('could not be reached, or failed, for 1 s')
  const replayed = await fails(['services/replay/main.ts', '--url', nobody, '--timeout', '1'])
  expect(replayed).toContain('waiting: connect ECONNREFUSED')
  expect(replayed).not.toContain('0 dead letters')
})

test('a path that is not there is a sentence', async () => {
  const missing = join(dir, 'nope')
  const said = 'does not exist: name a directory, a log file, or an archive of them'
  expect(await fails(['services/import/main.ts', missing])).toContain(`${JSON.stringify(missing)} ${said}`)
})

test('migrate names the URL that it could not reach, and no password in it', async () => {
  const url = nobody.replace('//', '//user:hush@')
  const said = await fails(['migrations/main.ts'], { AFTERLOG_CLICKHOUSE_URL: url })
  expect(said).toContain('the store does not answer: connect ECONNREFUSED')
  expect(said).toContain(`AFTERLOG_CLICKHOUSE_URL is ${nobody}`)
  expect(said).not.toContain('hush')
})

// The life of the process, from outside: killed, started twice, told to stop while it works. What it acknowledged is
// there afterwards, whatever happened.
import { rm, truncate } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openStore } from '#shared/clickhouse/open-store.ts'
import { raw } from '#shared/clickhouse/sql.ts'
import { post, record } from '#test/support/lines.ts'
import { migratedDataDir } from '#test/support/migrated-data-dir.ts'
import { spawnService, type ServiceProcess } from '#test/support/service-process.ts'

/** ms for an ordered stop, as shared/process.ts promises; and for what should happen at once. */
const stopMsMax = 25_000
const atOnceMs = 5000

let dataDir: string
let things: AsyncDisposableStack
beforeEach(async () => {
  things = new AsyncDisposableStack()
  dataDir = migratedDataDir('afterlog-processes-')
  things.defer(() => rm(dataDir, { recursive: true, force: true }))
})
afterEach(() => things.disposeAsync())

const start = (env: Record<string, string> = {}): ServiceProcess => things.use(spawnService({ dataDir, env }))
const at = (url: string) => ({ url, tenant: 'default' })

async function stored(url: string): Promise<string[]> {
  const response = await fetch(`${url}/v1/logs?order=asc&prefix=false`, { headers: { accept: 'text/plain' } })
  return (await response.text()).split('\n').filter((line) => line !== '')
}

/** Posts numbered batches, several at a time, until one is not acknowledged; messages of those that were. */
async function postUntilRefused(url: string, onFirst: () => void): Promise<{ acknowledged: string[]; refusals: number[] }> {
  const acknowledged: string[] = []
  const refusals: number[] = []
  let number = 0
  const sender = async (): Promise<void> => {
    for (;;) {
      const messages = Array.from({ length: 20 }, () => `n${number++}`)
      try {
        const { status } = await post(at(url), messages.map((message) => record(message))) // prettier-ignore
        if (status !== 200) return void refusals.push(status)
      } catch {
        return
      }
      acknowledged.push(...messages)
      onFirst()
    }
  }
  await Promise.all(Array.from({ length: 4 }, sender))
  return { acknowledged, refusals }
}

/** A request of which nothing more is sent or read than is said here. */
async function halfOpen(url: string, text: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  things.defer(() => void socket.destroy())
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write(text)
  return socket
}

/** The body never ends. */
const halfPost =
  'POST /v1/batches HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"records":['

describe('kill -9', () => {
  test('loses nothing that was acknowledged, and lets the next process in', async () => {
    const first = start()
    const { acknowledged } = await postUntilRefused(await first.serving, () => first.kill('SIGKILL'))
    expect(await first.exited).toMatchObject({ signal: 'SIGKILL' })
    expect(acknowledged.length).toBeGreaterThan(0)
    const lines = await stored(await start().serving)
    expect(acknowledged.filter((message) => !lines.includes(message))).toEqual([])
    expect(new Set(lines).size).toBe(lines.length)
  })
})

describe('an abort', () => {
  test.each(['SIGABRT', 'SIGSEGV'] as const)('ends the process at once (%s), and the next one starts', async (signal) => {
    const first = start()
    await post(at(await first.serving), [record('before')])
    const beganMs = performance.now()
    first.kill(signal)
    expect(await first.exited).toMatchObject({ signal })
    expect(performance.now() - beganMs).toBeLessThan(atOnceMs)
    expect(await stored(await start().serving)).toEqual(['before'])
  })
})

describe('a part that is broken when the process starts', () => {
  test('is told in the log, in /readyz and as a metric, and what else is stored is answered', async () => {
    const first = start()
    const url = await first.serving
    for (const message of ['kept', 'in the broken part']) await post(at(url), [record(message)])
    first.kill('SIGTERM')
    await first.exited
    await breakNewestPart()
    const second = start()
    const again = await second.serving
    expect(await stored(again)).toEqual(['kept'])
    const { msg } = await second.logged((line) => line.level === 'error')
    expect(msg).toContain('a part of logs is broken and was set aside')
    const ready = await fetch(`${again}/readyz`)
    expect(ready.status).toBe(200)
    expect(await ready.json()).toMatchObject({
      reasons: [expect.stringMatching(/^broken parts of logs were set aside, 1 \(/) as string],
    })
    expect(await (await fetch(`${again}/metrics`)).text()).toContain('afterlog_store_broken_parts{table="logs"} 1')
  })

  /** As a power cut may leave it. */
  async function breakNewestPart(): Promise<void> {
    await using store = await openStore({ mode: 'embedded', dataDir, database: 'afterlog' })
    const [newest] = await store.rows<{ path: string }>({
      sql: raw(`SELECT path FROM system.parts WHERE table = 'logs' AND active ORDER BY max_block_number DESC LIMIT 1`),
    })
    await truncate(join(newest!.path, 'count.txt'))
  }
})

describe('a second process on a data directory', () => {
  test('is refused with a sentence and exit code 1 at once, and the first goes on', async () => {
    const first = start()
    const url = await first.serving
    await post(at(url), [record('before')])
    const second = start()
    const { code, afterMs } = await second.exited
    expect(code).toBe(1)
    expect(afterMs).toBeLessThan(15_000)
    expect(second.stderr()).toContain(`the data directory ${dataDir} is in use by another Afterlog process (pid ${first.pid})`)
    expect(second.logs.filter(({ msg }) => msg === 'serving')).toEqual([])
    expect((await post(at(url), [record('after')])).status).toBe(200)
    expect((await stored(url)).toSorted()).toEqual(['after', 'before'])
  })
})

describe('SIGTERM', () => {
  test('while posts come in: every 2xx is stored, the rest is told to go elsewhere, exit code 0 in time', async () => {
    const first = start()
    const url = await first.serving
    let told = performance.now()
    let times = 0
    const { acknowledged, refusals } = await postUntilRefused(url, () => {
      if (++times !== 8) return
      told = performance.now()
      first.kill('SIGTERM')
    })
    expect(await first.exited).toMatchObject({ code: 0, signal: null })
    expect(performance.now() - told).toBeLessThan(stopMsMax)
    expect(refusals.filter((status) => status !== 503)).toEqual([])
    const lines = await stored(await start().serving)
    expect(acknowledged.filter((message) => !lines.includes(message))).toEqual([])
    expect(new Set(lines).size).toBe(lines.length)
  })

  test('while clients hold connections: a tail ends, the others are cut, exit code 0 in time', async () => {
    const service = start()
    const url = await service.serving
    // More than the buffers between two sockets hold.
    for (let i = 0; i < 4; i++) {
      await post(at(url), Array.from({ length: 4000 }, (_, n) => record(`${i}/${n} ${'x'.repeat(800)}`))) // prettier-ignore
    }
    const unread = await halfOpen(url, 'GET /v1/logs HTTP/1.1\r\nhost: localhost\r\naccept: application/x-ndjson\r\n\r\n')
    await once(unread, 'data')
    unread.pause()
    await halfOpen(url, halfPost)
    // One that never asked.
    await halfOpen(url, '')
    const tail = await fetch(`${url}/v1/logs/tail`)
    expect(tail.status).toBe(200)
    const said = tail.text()
    // The service knows of them: this answer comes later than they did.
    await fetch(`${url}/healthz`)
    const stoppedMs = performance.now()
    service.kill('SIGTERM')
    expect(await service.exited).toMatchObject({ code: 0, signal: null })
    expect(performance.now() - stoppedMs).toBeLessThan(stopMsMax)
    expect(await said).toContain('event: end')
  })

  test('a second one ends it at once', async () => {
    const service = start()
    const url = await service.serving
    await halfOpen(url, halfPost)
    await fetch(`${url}/healthz`)
    service.kill('SIGTERM')
    await service.logged(({ msg }) => msg.startsWith('stopping'))
    const told = performance.now()
    service.kill('SIGTERM')
    expect(await service.exited).toMatchObject({ signal: 'SIGKILL' })
    expect(performance.now() - told).toBeLessThan(atOnceMs)
  })
})

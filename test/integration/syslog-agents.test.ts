// Real agents, of Debian, against the service: rsyslog over TCP and Kafka, and systemd-journal-upload.
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { journalFile, kubeletLine } from '#test/support/agents/journal-file.ts'
import { missingJournalUpload, missingRsyslog, runSystemd, startRsyslog } from '#test/support/agents/processes.ts'
import { imfile, numberedLine, writeRotated } from '#test/support/agents/rsyslog-file.ts'
import { freePort } from '#test/support/kafka/free-port.ts'
import { createTopics } from '#test/support/kafka/topics.ts'
import { withKafka } from '#test/support/kafka/with-kafka.ts'
import { messagesOf } from '#test/support/lines.ts'
import { request, startTestService, type TestService } from '#test/support/service.ts'
import { skipOrFail } from '#test/support/skip-or-fail.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'afterlog-agents-'))
})
afterAll(async () => rm(dir, { recursive: true, force: true }))

const soon = { timeout: 30_000, interval: 100 }
const messages = ({ url }: TestService): Promise<string[]> => messagesOf({ url, tenant: 'default' })

if (missingRsyslog() !== undefined) skipOrFail('rsyslog', missingRsyslog()!)
else
  describe('rsyslog', () => {
    test('sends a rotated file over TCP: every line once, in order', async () => {
      const port = await freePort()
      await using service = await startTestService({ AFTERLOG_LISTEN_SYSLOG: `127.0.0.1:${port}` })
      const file = join(dir, 'app.log')
      await using rsyslog = await startRsyslog(
        join(dir, 'tcp'),
        `${imfile(file)}
*.* action(type="omfwd" target="127.0.0.1" port="${port}" protocol="tcp" tcp_framing="octet-counted"
  template="RSYSLOG_SyslogProtocol23Format" action.resumeRetryCount="-1")`,
      )
      await writeRotated(file, 3000, 2)
      await vi.waitFor(async () => expect(await messages(service)).toHaveLength(3000), soon)
      await rsyslog.stop()
      expect(await messages(service)).toEqual(Array.from({ length: 3000 }, (_, i) => numberedLine(i)))
    })

    test("sends a container's rotated files as they stand: every line with its pod, restart, time and offset", async () => {
      const port = await freePort()
      await using service = await startTestService({ AFTERLOG_LISTEN_SYSLOG: `127.0.0.1:${port}` })
      const container = join(dir, 'pods', 'shop_cart-7d9f_5b0c6a3e-3f0c-4d25-9f3a-6f2f8f4a1c11', 'app')
      await mkdir(container, { recursive: true })
      const began = Date.now() - 60_000
      const line = (i: number): string => `${new Date(began + i).toISOString().slice(0, -1)}000001Z stderr F ${numberedLine(i)}`
      await using rsyslog = await startRsyslog(join(dir, 'cri'), await example('containers.conf', port, join(dir, 'pods')))
      await sleep(1000)
      await writeRotated(join(container, '2.log'), 2000, 2, { lineOf: line })
      await vi.waitFor(async () => expect(await messages(service)).toHaveLength(2000), soon)
      await rsyslog.stop()
      expect(await messages(service)).toEqual(Array.from({ length: 2000 }, (_, i) => numberedLine(i)))
      const { body } = await request(`${service.url}/v1/logs?order=asc&limit=2`)
      const [first, second] = body['lines'] as Record<string, unknown>[]
      const names = { namespace: 'shop', pod: 'cart-7d9f', container: 'app', restart: 2, stream: 'stderr', unit: '' }
      expect(first).toMatchObject({ ...names, offset: 0, attributes: {} })
      expect(second).toMatchObject({
        ...names,
        offset: line(0).length + 1,
        time: `${new Date(began + 1).toISOString().slice(0, -1)}000001Z`,
      })
    })
  })

withKafka(
  'rsyslog on Kafka',
  (kafka) => {
    test.each([
      ['syslog', 'RSYSLOG_SyslogProtocol23Format'],
      ['fluent', 'jsonLine'],
    ])('a topic of format %s has every line once', async (format, template) => {
      const topic = kafka.name(`rsyslog-${format}`)
      await createTopics(kafka.brokers, [{ topic }])
      await using service = await startTestService({
        AFTERLOG_KAFKA_BROKERS: kafka.brokers,
        AFTERLOG_KAFKA_TOPICS: `${kafka.name('n')}:native,${kafka.name('l')}:lifecycle,${topic}:${format}`,
        AFTERLOG_KAFKA_GROUP: topic,
      })
      const file = join(dir, `${format}.log`)
      await using rsyslog = await startRsyslog(
        join(dir, format),
        `module(load="omkafka")
${imfile(file)}
${await exampleTemplate()}
*.* action(type="omkafka" broker="${kafka.brokers}" topic="${topic}" template="${template}" confParam=["acks=all"]
  action.resumeRetryCount="-1")`,
      )
      await writeRotated(file, 500, 1)
      await vi.waitFor(async () => expect(await messages(service)).toHaveLength(500), soon)
      await rsyslog.stop()
      expect((await messages(service)).toSorted()).toEqual(Array.from({ length: 500 }, (_, i) => numberedLine(i)))
    })
  },
  missingRsyslog() === undefined ? {} : { lacking: missingRsyslog()! },
)

/** The template of deploy/agents/rsyslog. */
async function exampleTemplate(): Promise<string> {
  const text = await readFile('deploy/agents/rsyslog/kafka.conf', 'utf8')
  return /^template\(name="jsonLine"[\s\S]*?^\}\n/m.exec(text)![0]
}

/** A file of deploy/agents/rsyslog, with addresses and paths of a test. */
async function example(name: string, port: number, pods: string): Promise<string> {
  const text = await readFile(join('deploy/agents/rsyslog', name), 'utf8')
  return text.replace('afterlog.example', '127.0.0.1').replace('port="1514"', `port="${port}"`).replace('/var/log/pods', pods)
}

if (missingJournalUpload() !== undefined) skipOrFail('systemd-journal-upload', missingJournalUpload()!)
else
  test('systemd-journal-upload sends a journal, goes on behind its cursor, and repeats without a double', async () => {
    await using service = await startTestService()
    const began = (Date.now() - 60_000) * 1000
    const [state, lines] = [join(dir, 'state'), 1500]
    const upload = (journal: string, more: readonly string[] = []) =>
      runSystemd('systemd-journal-upload', [`--url=${service.url}`, `--file=${journal}`, '--follow=no', ...more])
    const first = await journalFile(dir, 0, lines, began)
    await upload(first, [`--save-state=${state}`])
    expect(await readFile(state, 'utf8')).toMatch(/^LAST_CURSOR=s=/m)
    await upload(first, [`--save-state=${state}`])
    await upload(first)
    await upload(await journalFile(dir, lines, 2 * lines, began), [])
    expect(await messages(service)).toEqual(Array.from({ length: 2 * lines }, (_, i) => kubeletLine(i)))
  })

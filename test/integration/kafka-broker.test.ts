// The broker that other tests rest on: it is real, it can be killed, and a client that is not ours speaks to it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { kcatConsume, kcatProduce } from '#test/support/kafka/kcat.ts'
import { createTopics, withAdmin } from '#test/support/kafka/topics.ts'
import { withKafka } from '#test/support/kafka/with-kafka.ts'

const payloads = (messages: readonly { payload: string | null }[]) => messages.map(({ payload }) => payload)

withKafka(
  'the test broker',
  (kafka) => {
    test('takes what kcat produces with every codec, keys, headers and newlines included', async () => {
      const topic = kafka.name('codecs')
      await createTopics(kafka.brokers, [{ topic }])
      for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)
        await kcatProduce({ brokers: kafka.brokers, topic, lines: [`${compression} `.repeat(100), compression], compression })
      await kcatProduce({ brokers: kafka.brokers, topic, value: 'two\nlines', key: 'k', headers: { 'x-scope-orgid': 'a' } })
      const messages = await kcatConsume({ brokers: kafka.brokers, topic })
      expect(payloads(messages).filter((_, index) => index % 2 === 1)).toEqual(['none', 'gzip', 'snappy', 'lz4', 'zstd'])
      expect(messages.at(-1)).toMatchObject({ offset: 10, key: 'k', payload: 'two\nlines', headers: ['x-scope-orgid', 'a'] })
    })

    kafka.testThatKills('killed and started again it has the messages and the group offsets, on the same port', async () => {
      const topic = kafka.name('killed')
      const { brokers } = kafka
      await createTopics(brokers, [{ topic, partitions: 3 }])
      const lines = Array.from({ length: 1000 }, (_, index) => `line ${index}`)
      await kcatProduce({ brokers, topic, lines, partition: 2 })
      expect(await kcatConsume({ brokers, topic, group: topic })).toHaveLength(1000)
      const { pid } = kafka.process
      await kafka.process.kill()
      await expect(kcatProduce({ brokers, topic, lines, properties: { 'message.timeout.ms': '500' } })).rejects.toThrow()
      await kafka.process.restart()
      expect(kafka.process.pid).not.toBe(pid)
      expect(payloads(await kcatConsume({ brokers, topic }))).toEqual(lines)
      const [group] = await withAdmin(brokers, (admin) => admin.fetchOffsets({ groupId: topic, topics: [topic] }))
      expect(group?.partitions.find(({ partition }) => partition === 2)?.offset).toBe('1000')
    })

    kafka.testThatKills('suspended it says nothing, resumed it goes on', async () => {
      const topic = kafka.name('suspended')
      const { brokers } = kafka
      await createTopics(brokers, [{ topic }])
      kafka.process.suspend()
      await expect(
        kcatProduce({ brokers, topic, lines: ['lost'], properties: { 'message.timeout.ms': '500' } }),
      ).rejects.toThrow()
      kafka.process.resume()
      await kcatProduce({ brokers, topic, lines: ['kept'] })
      expect(payloads(await kcatConsume({ brokers, topic }))).toContain('kept')
    })

    kafka.testThatKills('retention eats a range within seconds where a topic asks for it', async () => {
      const topic = kafka.name('eaten')
      await createTopics(kafka.brokers, [{ topic, settings: { 'retention.ms': '200', 'segment.ms': '200' } }])
      await kcatProduce({ brokers: kafka.brokers, topic, lines: ['a', 'b', 'c'] })
      const low = async () =>
        (await withAdmin(kafka.brokers, (admin) => admin.fetchTopicOffsets(topic))).map((partition) => partition.low)
      await expect.poll(low, { timeout: 10_000 }).toEqual(['3'])
    })

    const onLinux = process.platform === 'linux' ? kafka.testThatKills : test.skip
    onLinux('dies with a process that is killed', async () => {
      const start = fileURLToPath(new URL('../support/kafka/start.ts', import.meta.url))
      const dir = await mkdtemp(join(tmpdir(), 'afterlog-orphan-'))
      const script = `const { startKafka } = await import(${JSON.stringify(start)})
        console.log((await startKafka({ dir: ${JSON.stringify(dir)} })).pid)`
      await kafka.process.kill()
      const parent = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
      const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string]
      const pid = Number(line)
      expect(process.kill(pid, 0)).toBe(true)
      parent.kill('SIGKILL')
      await expect.poll(() => isThere(pid), { timeout: 10_000 }).toBe(false)
      await rm(dir, { recursive: true })
    })
  },
  { kills: true, kcat: true },
)

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

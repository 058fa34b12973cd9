// Tests that need a broker: one for all tests of a file, real always. Where it cannot be had the tests are skipped and say so on stderr,
// or fail where they must run (CI, AFTERLOG_TEST_REQUIRE_ALL).
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, test, type TestAPI } from 'vitest'
import { skipOrFail } from '../skip-or-fail.ts'
import { missingTools } from './install.ts'
import { missingKcat } from './kcat.ts'
import { startKafka, type KafkaProcess, type StartKafkaOptions } from './start.ts'

export interface TestKafka {
  /** host:port,… as AFTERLOG_KAFKA_BROKERS takes it. Only within tests and hooks. */
  readonly brokers: string
  /** To kill, suspend, restart. Only within `testThatKills`: brokers of others are left alone. */
  readonly process: KafkaProcess
  /** `test` where the broker is ours, a loud skip where it is somebody else's. */
  readonly testThatKills: TestAPI
  /** A name for a topic, group or transaction that nobody else has. */
  name(prefix: string): string
}

export interface WithKafkaOptions {
  /** Starts this version, whatever brokers the environment names. */
  version?: string
  /** Starts one with these options, whatever brokers the environment names. */
  start?: () => Promise<StartKafkaOptions>
  /** The tests also need kcat. */
  kcat?: boolean
  /** What else the tests need and this machine lacks, in a sentence. */
  lacking?: string
}

/**
 * Declares the tests of `define` with a broker started before the first and killed after the last, or with that of
 * AFTERLOG_TEST_KAFKA_BROKERS.
 */
export function withKafka(
  title: string,
  define: (kafka: TestKafka) => void,
  { version, start, kcat, lacking }: WithKafkaOptions = {},
): void {
  const given = process.env['AFTERLOG_TEST_KAFKA_BROKERS'] ?? ''
  const outside = given !== '' && version === undefined && start === undefined
  const missing = [outside ? undefined : missingTools(version), kcat === true ? missingKcat() : undefined, lacking].filter(
    (lack) => lack !== undefined,
  )
  if (missing.length > 0) {
    skipOrFail(title, missing.join('; '))
    return
  }
  describe(title, () => {
    let broker: KafkaProcess | undefined
    if (!outside)
      beforeAll(async () => {
        broker = await startKafka({ ...(await start?.()), ...(version === undefined ? {} : { version }) })
      }, installMsMax)
    afterAll(async () => await broker?.[Symbol.asyncDispose]())
    const started = (): KafkaProcess => {
      if (broker === undefined) throw new Error(outside ? 'brokers of others are left alone' : 'the broker starts in beforeAll')
      return broker
    }
    if (outside) say(`${title}: tests that kill the broker are skipped: AFTERLOG_TEST_KAFKA_BROKERS names one from outside`)
    define({
      get brokers() {
        return outside ? given : started().brokers
      },
      get process() {
        return started()
      },
      testThatKills: outside ? (test.skip as TestAPI) : test,
      name: (prefix) => `${prefix}-${randomUUID().slice(0, 8)}`,
    })
  })
}

const say = (text: string): void => void process.stderr.write(`${text}\n`)

/** ms for a first download of the jars on a slow line. */
const installMsMax = 300_000

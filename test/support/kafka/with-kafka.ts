// Tests that need a broker, real always: the one that files share, or one of the file's own where its tests kill it.
// Where a broker cannot be had the tests are skipped and say so on stderr, or fail where they must run (CI,
// AFTERLOG_TEST_REQUIRE_ALL).
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, test, type TestAPI } from 'vitest'
import { skipOrFail } from '../skip-or-fail.ts'
import { missingTools } from './install.ts'
import { missingKcat } from './kcat.ts'
import { sharedBroker } from './share-broker.ts'
import { startKafka, type KafkaProcess, type StartKafkaOptions } from './start.ts'

export interface TestKafka {
  /** host:port,… as AFTERLOG_KAFKA_BROKERS takes it. Only within tests and hooks. */
  readonly brokers: string
  /** To kill, suspend, restart. Only within `testThatKills` of a file whose broker is its own. */
  readonly process: KafkaProcess
  /** `test`, or a loud skip where AFTERLOG_TEST_KAFKA_BROKERS names a broker from outside, which is left alone. */
  readonly testThatKills: TestAPI
  /** A name for a topic, group or transaction that nobody else has. */
  name(prefix: string): string
}

export interface WithKafkaOptions {
  /** The tests kill the broker, so that it must not be the one that files share. */
  kills?: boolean
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
 * Declares the tests of `define` with the broker that files share, with one started before the first test and killed
 * after the last (`kills`, `version`, `start`), or with that of AFTERLOG_TEST_KAFKA_BROKERS.
 */
export function withKafka(
  title: string,
  define: (kafka: TestKafka) => void,
  { kills = false, version, start, kcat, lacking }: WithKafkaOptions = {},
): void {
  const given = process.env['AFTERLOG_TEST_KAFKA_BROKERS'] ?? ''
  const special = version !== undefined || start !== undefined
  const outside = given !== '' && !special
  const shared = !outside && !special && !kills
  const missing = [outside ? undefined : missingTools(version), kcat === true ? missingKcat() : undefined, lacking].filter(
    (lack) => lack !== undefined,
  )
  if (missing.length > 0) {
    skipOrFail(title, missing.join('; '))
    return
  }
  describe(title, () => {
    let brokers = given
    let broker: KafkaProcess | undefined
    if (!outside)
      beforeAll(async () => {
        if (!shared) broker = await startKafka({ ...(await start?.()), ...(version === undefined ? {} : { version }) })
        brokers = broker?.brokers ?? (await sharedBroker())
      }, installMsMax)
    afterAll(async () => await broker?.[Symbol.asyncDispose]())
    const own = (): KafkaProcess => {
      if (broker === undefined)
        throw new Error('the broker is not of this file alone: say `kills`, and use it within `testThatKills`')
      return broker
    }
    if (outside && kills)
      say(`${title}: tests that kill the broker are skipped: AFTERLOG_TEST_KAFKA_BROKERS names one from outside`)
    define({
      get brokers() {
        return brokers
      },
      get process() {
        return own()
      },
      testThatKills: outside ? (test.skip as TestAPI) : test,
      name: (prefix) => `${prefix}-${randomUUID().slice(0, 8)}`,
    })
  })
}

const say = (text: string): void => void process.stderr.write(`${text}\n`)

/** ms for a first download of the jars on a slow line. */
const installMsMax = 300_000

// Brokers behind TLS and SASL: the service gets in by every mechanism it knows, and where it may not it says what to
// change, keeps running, does not flood its log, and never tells the password.
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, expect, test, vi } from 'vitest'
import { readConfig } from '#shared/config.ts'
import { createKafkaClient, retryBriefly } from '#shared/kafka/client.ts'
import { describeKafkaError } from '#shared/kafka/protocol-error.ts'
import { createLogger } from '#shared/logger.ts'
import { scale } from '#test/support/campaign.ts'
import { batchOf, openClient } from '#test/support/kafka/produce.ts'
import { makeSecureKafka, missingOpenssl, user, type SecureKafka } from '#test/support/kafka/secure.ts'
import { withKafka } from '#test/support/kafka/with-kafka.ts'
import { answersOf, messagesOf, once, post, record } from '#test/support/lines.ts'
import { migratedDataDir } from '#test/support/migrated-data-dir.ts'
import { spawnService, type ServiceProcess, type ServiceProcessOptions } from '#test/support/service-process.ts'

const wrong = 'wrong-horse-battery-staple'
const secrets = [user.password, wrong].flatMap((text) => {
  const bytes = Buffer.from(text)
  return [text, bytes.toString('hex'), bytes.toString('base64'), [...bytes].join(',')]
})
/** ms in which a service that may not come in is watched, and the log lines that it may write in that time. */
const watchMs = 10_000
const linesMax = 15
/** Of what comes soon. */
const patience = { timeout: 20_000, interval: 200 }

interface Running extends AsyncDisposable {
  service: ServiceProcess
  url: string
}

const lacking = missingOpenssl()

withKafka(
  'Kafka behind TLS and SASL',
  (kafka) => {
    const login = (mechanism: string, password: string = user.password) => ({
      AFTERLOG_KAFKA_SASL_MECHANISM: mechanism,
      AFTERLOG_KAFKA_SASL_USERNAME: user.name,
      AFTERLOG_KAFKA_SASL_PASSWORD: password,
    })
    const tls = () => ({ AFTERLOG_KAFKA_SSL: 'true', NODE_EXTRA_CA_CERTS: secure!.authority })

    async function start(
      topic: string,
      env: Record<string, string>,
      program?: ServiceProcessOptions['program'],
    ): Promise<Running> {
      await using things = new AsyncDisposableStack()
      const dataDir = migratedDataDir('afterlog-security-')
      things.defer(() => rm(dataDir, { recursive: true, force: true }))
      const service = things.use(
        spawnService({
          dataDir,
          ...(program === undefined ? {} : { program }),
          env: {
            AFTERLOG_KAFKA_BROKERS: secure!.brokers,
            AFTERLOG_KAFKA_TOPICS: `${topic}:native`,
            AFTERLOG_KAFKA_GROUP: topic,
            ...env,
          },
        }),
      )
      const url = await service.serving
      const running = things.move()
      return { service, url, [Symbol.asyncDispose]: () => running.disposeAsync() }
    }

    const ready = (url: string) =>
      vi.waitFor(async () => expect(await readyz(url)).toEqual([200, []]), { timeout: 40_000, interval: 200 })

    test.each(scale === 1 ? ['plain', 'scram-sha-512'] : ['plain', 'scram-sha-256', 'scram-sha-512'])(
      'with %s lines are consumed, and published',
      async (mechanism) => {
        const topic = kafka.name(mechanism)
        // All that may ever be logged, secrets included.
        await using running = await start(topic, { ...tls(), ...login(mechanism), AFTERLOG_LOG_LEVEL: 'trace' })
        const { service, url } = running
        await ready(url)
        await using client = await openClient(kafka.brokers)
        await client.produce(topic, [batchOf(mechanism, [record('from an agent', { offset: 1 })])])
        expect(await post({ url, tenant: mechanism }, [record('from HTTP', { offset: 2 })])).toMatchObject({ status: 200 })
        const poster = { url, tenant: mechanism }
        const messages = ['from an agent', 'from HTTP']
        await vi.waitFor(async () => expect(await messagesOf(poster)).toEqual(messages), patience)
        expect(await answersOf(poster)).toEqual(once(messages))
        expect(service.logs.some(({ msg }) => msg.includes('Request SaslAuthenticate'))).toBe(true)
        await tellsNoSecret(service, url)
      },
    )

    type Refusal = [name: string, reason: RegExp, env: () => Record<string, string>]
    const refusals: Refusal[] = [
      [
        'a wrong password by plain',
        /do not accept AFTERLOG_KAFKA_SASL_USERNAME .*: SASL PLAIN auth/,
        () => ({ ...tls(), ...login('plain', wrong) }),
      ],
      [
        'a wrong password by scram-sha-512',
        /do not accept AFTERLOG_KAFKA_SASL_USERNAME .*: SASL SCRAM/,
        () => ({ ...tls(), ...login('scram-sha-512', wrong) }),
      ],
      [
        'an authority that is not known',
        /authority that is not known here; .*NODE_EXTRA_CA_CERTS/,
        () => ({ AFTERLOG_KAFKA_SSL: 'true', ...login('plain') }),
      ],
      [
        'a certificate for another host',
        /not for the host names of AFTERLOG_KAFKA_BROKERS/,
        () => ({ ...tls(), ...login('plain'), AFTERLOG_KAFKA_BROKERS: secure!.brokers.replace('127.0.0.1', 'localhost') }),
      ],
      ['no TLS where it is expected', /expect TLS \(AFTERLOG_KAFKA_SSL\)/, () => login('plain')],
      ['no SASL where it is expected', /or SASL \(AFTERLOG_KAFKA_SASL_MECHANISM\)/, tls],
      [
        'TLS where none is spoken',
        /do not speak TLS .*AFTERLOG_KAFKA_SSL=false/,
        () => ({ ...tls(), ...login('plain'), AFTERLOG_KAFKA_BROKERS: kafka.brokers }),
      ],
      [
        'SASL where none is expected',
        /expect no SASL .*AFTERLOG_KAFKA_SASL_MECHANISM/,
        () => ({ ...login('plain'), AFTERLOG_KAFKA_BROKERS: kafka.brokers }),
      ],
    ]

    test.each(refusals)('%s is told in a sentence that says what to change', async (_, reason, env) => {
      expect(await refusalOf({ AFTERLOG_KAFKA_BROKERS: secure!.brokers, ...env() })).toMatch(reason)
    })

    test('with scram-sha-256 a client gets in', async () => {
      expect(await refusalOf({ AFTERLOG_KAFKA_BROKERS: secure!.brokers, ...tls(), ...login('scram-sha-256') })).toBe('')
    })

    // By day the first: what a service makes of the sentence is the same for all.
    test.concurrent.each(scale === 1 ? refusals.slice(0, 1) : refusals)(
      'with %s the service runs, and says what to change',
      async (_, reason, env) => {
        await using running = await start(kafka.name('kept-out'), env(), 'services/ingest/main.ts')
        const { service, url } = running
        await keptOut(service, url, reason)
        const { status } = await post({ url, tenant: 'default' }, [record('nowhere')])
        expect(status).toBe(503)
        await tellsNoSecret(service, url)
      },
    )

    // Its two restarts of the broker take most of a minute: at night.
    if (scale > 1)
      kafka.testThatKills(
        'a password that is changed under a running service keeps it out until it is changed back',
        async () => {
          const topic = kafka.name('changed')
          await using running = await start(topic, { ...tls(), ...login('plain') })
          const { service, url } = running
          await ready(url)
          const settings = join(kafka.process.dir, 'server.properties')
          const before = await readFile(settings, 'utf8')
          expect(before).toContain(`="${user.password}"`)
          await writeFile(settings, before.replace(`="${user.password}"`, '="another"'))
          await kafka.process.restart()
          await keptOut(service, url, /do not accept AFTERLOG_KAFKA_SASL_USERNAME/)
          await writeFile(settings, before)
          await kafka.process.restart()
          await ready(url)
          await using client = await openClient(kafka.brokers)
          await client.produce(topic, [batchOf('changed', [record('after all')])])
          await vi.waitFor(async () => expect(await messagesOf({ url, tenant: 'changed' })).toEqual(['after all']), patience)
          await tellsNoSecret(service, url)
        },
      )
  },
  {
    start: async () => {
      secure = await makeSecureKafka()
      return secure.start
    },
    ...(lacking === undefined ? {} : { lacking }),
  },
)

let secure: SecureKafka | undefined
afterAll(async () => await secure?.[Symbol.asyncDispose]())

/** What stands between a client in this process and the brokers; nothing where it gets in. */
async function refusalOf({ NODE_EXTRA_CA_CERTS: authority, ...env }: Record<string, string>): Promise<string> {
  const known = getCACertificates()
  if (authority !== undefined) setDefaultCACertificates([...known, await readFile(authority, 'utf8')])
  const { config } = readConfig(env)
  const log = createLogger({ level: 'silent', service: 'test' })
  const admin = createKafkaClient({ config, log, retry: retryBriefly }).admin()
  try {
    await admin.connect()
    await admin.listTopics()
    return ''
  } catch (error) {
    return describeKafkaError(error)
  } finally {
    await admin.disconnect()
    setDefaultCACertificates(known)
  }
}

async function readyz(url: string): Promise<[status: number, reasons: string[]]> {
  const response = await fetch(`${url}/readyz`)
  return [response.status, ((await response.json()) as { reasons: string[] }).reasons]
}

/** Alive, not ready for this reason, and quiet about it. */
async function keptOut(service: ServiceProcess, url: string, reason: RegExp): Promise<void> {
  await vi.waitFor(async () => {
    const [status, reasons] = await readyz(url)
    expect([status, reasons.some((text) => reason.test(text)) ? [reason] : reasons]).toEqual([503, [reason]])
  }, patience)
  const { length } = service.logs
  await sleep(watchMs)
  expect(service.logs.length - length, `log lines in ${watchMs} ms`).toBeLessThan(linesMax)
  expect((await readyz(url))[0]).toBe(503)
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
}

async function tellsNoSecret(service: ServiceProcess, url: string): Promise<void> {
  const told = [JSON.stringify(service.logs), service.stderr()]
  for (const path of ['/readyz', '/metrics']) told.push(await (await fetch(`${url}${path}`)).text())
  expect(secrets.filter((secret) => told.some((text) => text.includes(secret)))).toEqual([])
}

// A broker that asks who is there: a SASL_SSL listener beside the plaintext one, with a certificate of an authority
// that lives as long as the test, one user, and every mechanism that the service can be told to use. For `start` of
// withKafka.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { installKafka } from './install.ts'
import { serverProperties } from './server-properties.ts'
import type { StartKafkaOptions } from './start.ts'

export interface SecureKafka extends AsyncDisposable {
  /** host:port of the listener with TLS and SASL. */
  readonly brokers: string
  /** File with the certificate of the authority. */
  readonly authority: string
  readonly start: StartKafkaOptions
}

/** Who may come in, by any mechanism. */
export const user = { name: 'afterlog', password: 'correct-horse-battery-staple' } as const

/** As missingTools() of install.ts. */
export function missingOpenssl(): string | undefined {
  return spawnSync('openssl', ['version']).error === undefined ? undefined : '`openssl` is absent; install openssl'
}

/** Resolves with what startKafka needs, on a directory that is formatted with the user. Dispose it after the broker. */
export async function makeSecureKafka(): Promise<SecureKafka> {
  const dir = await mkdtemp(join(tmpdir(), 'afterlog-kafka-secure-'))
  const removed = (): Promise<void> => rm(dir, { recursive: true, force: true })
  try {
    const { authority, keystore } = await makeCertificates(dir)
    const [port, securePort, controllerPort] = [await freePort(), await freePort(), await freePort()]
    const properties = secureProperties({ port, securePort, controllerPort, keystore })
    const settings = join(dir, 'server.properties')
    await writeFile(settings, serverProperties({ dataDir: join(dir, 'data'), port, controllerPort, more: properties }))
    const { classpath } = await installKafka()
    const scram = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].map((name) => `${name}=[name=${user.name},password=${user.password}]`)
    const format = ['kafka.tools.StorageTool', 'format', '-t', 'afterlog-test-clusterA', '-c', settings]
    const users = scram.flatMap((credential) => ['--add-scram', credential])
    await run('java', ['-Xmx128m', '-XX:TieredStopAtLevel=1', '-cp', classpath, ...format, ...users])
    return {
      brokers: `127.0.0.1:${securePort}`,
      authority,
      start: { dir, port, properties },
      [Symbol.asyncDispose]: removed,
    }
  } catch (error) {
    await removed()
    throw error
  }
}

/** An authority, and a certificate of it for 127.0.0.1, for a day. */
async function makeCertificates(dir: string): Promise<{ authority: string; keystore: string }> {
  const at = (name: string): string => join(dir, name)
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1']
  await run('openssl', [...made, '-subj', '/CN=Afterlog test authority', '-keyout', at('ca.key'), '-out', at('ca.pem')])
  const signed = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-addext', 'basicConstraints=critical,CA:FALSE']
  const host = ['-subj', '/CN=broker', '-addext', 'subjectAltName=IP:127.0.0.1']
  await run('openssl', [...made, ...signed, ...host, '-keyout', at('broker.key'), '-out', at('broker.pem')])
  const keystore = at('keystore.pem')
  await writeFile(keystore, (await readFile(at('broker.key'), 'utf8')) + (await readFile(at('broker.pem'), 'utf8')))
  return { authority: at('ca.pem'), keystore }
}

interface Places {
  port: number
  securePort: number
  controllerPort: number
  keystore: string
}

function secureProperties({ port, securePort, controllerPort, keystore }: Places): Record<string, string> {
  const open = `PLAINTEXT://127.0.0.1:${port},SASL_SSL://127.0.0.1:${securePort}`
  const modules = 'org.apache.kafka.common.security'
  const scram = `${modules}.scram.ScramLoginModule required;`
  return {
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: `${open},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': open,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT',
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': keystore,
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'listener.name.sasl_ssl.plain.sasl.jaas.config': `${modules}.plain.PlainLoginModule required user_${user.name}="${user.password}";`,
    'listener.name.sasl_ssl.scram-sha-256.sasl.jaas.config': scram,
    'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config': scram,
  }
}

/** Rejects with what it said where it fails. */
async function run(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${program} ended with ${String(code)}: ${errors}`)
}

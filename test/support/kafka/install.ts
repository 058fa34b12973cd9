// The jars of a real Kafka broker: resolved once by Maven from pom.xml into a cache under node_modules, beside a data
// directory that is formatted already, since formatting takes a Java of its own. Test processes that want them at the
// same time wait for the first.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withLock } from '../with-lock.ts'
import { archiveClasses } from './class-archive.ts'
import { serverProperties } from './server-properties.ts'

export interface KafkaInstallation {
  version: string
  /** For `java -cp`. */
  classpath: string
  /** A data directory of a node that never ran, to be copied. */
  formatted: string
  /** Where the archive of the broker's classes is, if it has one. */
  archive: string
}

/** Of the broker that tests run unless they name another; the one of pom.xml. */
const defaultVersion = '4.4.0'

/**
 * Resolves with what is in the cache, filled where it is not; the first time downloads 43 MB. Rejects with what is
 * missing on this machine.
 */
export async function installKafka(version: string = defaultVersion): Promise<KafkaInstallation> {
  const missing = missingTools(version)
  if (missing !== undefined) throw new Error(missing)
  const dir = directory(version)
  const installation = {
    version,
    classpath: join(dir, 'lib', '*'),
    formatted: join(dir, 'formatted'),
    archive: join(dir, 'classes.jsa'),
  }
  // Brokers of other versions are started once or twice in a run.
  const isWhole = (): boolean => existsSync(dir) && (version !== defaultVersion || existsSync(installation.archive))
  if (!isWhole())
    await withLock(`${dir}.lock`, async () => {
      // Whoever held the lock may have done it.
      if (!existsSync(dir)) await fill(dir, version)
      if (!isWhole()) await archiveClasses(installation, installation.archive)
    })
  return installation
}

/**
 * What this machine lacks to run a broker, as a sentence with the packages to install; undefined where it lacks
 * nothing.
 */
export function missingTools(version: string = defaultVersion): string | undefined {
  const maven = existsSync(directory(version)) || runs('mvn') ? undefined : '`mvn` is absent'
  const lacking = [javaLack(), maven].filter((lack) => lack !== undefined)
  if (lacking.length === 0) return undefined
  return `no Kafka broker can be started: ${lacking.join(', ')}; install openjdk-17-jre-headless and maven`
}

/** Another pom is another directory. */
function directory(version: string): string {
  return join(cache, `${version}-${createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 8)}`)
}

const pom = fileURLToPath(new URL('pom.xml', import.meta.url))
const cache = fileURLToPath(new URL('../../../node_modules/.cache/afterlog-kafka/', import.meta.url))

function javaLack(): string | undefined {
  const { error, stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' })
  if (error !== undefined) return '`java` is absent'
  const [, major] = /version "(\d+)/.exec(stderr) ?? []
  return Number(major) >= 17 ? undefined : `\`java\` is older than 17 (${stderr.split('\n')[0]})`
}

function runs(program: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => folder !== '' && existsSync(join(folder, program)))
}

/** Everything into a directory of its own, which takes its name when it is whole. */
async function fill(dir: string, version: string): Promise<void> {
  const building = await mkdtemp(`${dir}.building-`)
  try {
    process.stderr.write(`resolving the jars of Kafka ${version} with Maven, once: 43 MB where they were never downloaded\n`)
    const lib = join(building, 'lib')
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${lib}`, `-Dkafka.version=${version}`]
    await run('mvn', ['-B', '-q', '-f', pom, ...goal])
    const properties = join(building, 'server.properties')
    await writeFile(properties, serverProperties({ dataDir: join(building, 'formatted'), port: 1, controllerPort: 2 }))
    const format = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', properties]
    await run('java', ['-Xmx128m', '-XX:TieredStopAtLevel=1', '-cp', join(lib, '*'), ...format])
    await rename(building, dir)
    process.stderr.write(`Kafka ${version} is in ${dir}\n`)
  } finally {
    await rm(building, { recursive: true, force: true })
  }
}

const clusterId = 'afterlog-test-clusterA'

async function run(program: string, args: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (text: Buffer) => (output += text.toString()))
  child.stderr.on('data', (text: Buffer) => (output += text.toString()))
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`${program} ended with ${String(code)}:\n${output.slice(-4000)}`)
}

// What Java loads for a broker, read and checked once: a start with the archive takes half of the processor time of one
// without. Java takes an archive only of jars that stand where they stood when it was made.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { brokerCommand } from './broker-command.ts'
import { freePort } from './free-port.ts'
import { serverProperties } from './server-properties.ts'

export interface Classes {
  /** For `java -cp`. */
  classpath: string
  /** A data directory of a node that never ran. */
  formatted: string
}

/** Starts a broker, ends it in order, and leaves what it loaded in the file `archive`. */
export async function archiveClasses({ classpath, formatted }: Classes, archive: string): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), 'afterlog-kafka-classes-'))
  try {
    const dataDir = join(home, 'data')
    await cp(formatted, dataDir, { recursive: true })
    await mkdir(join(home, 'tmp'))
    const ports = { port: await freePort(), controllerPort: await freePort() }
    await writeFile(join(home, 'server.properties'), serverProperties({ dataDir, ...ports }))
    const made = join(home, 'classes.jsa')
    const [program, ...args] = brokerCommand({ classpath, home, more: [`-XX:ArchiveClassesAtExit=${made}`] })
    const child = spawn(program!, args, { cwd: home, stdio: ['ignore', 'pipe', 'ignore'] })
    const gone = once(child, 'close')
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('Kafka Server started')) child.kill('SIGTERM')
    })
    await gone
    await cp(made, `${archive}.building`)
    await rename(`${archive}.building`, archive)
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

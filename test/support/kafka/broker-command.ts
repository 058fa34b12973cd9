// The command of a test broker.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface BrokerCommandOptions {
  /** For `java -cp`. */
  classpath: string
  /** Directory of its settings and data. */
  home: string
  /** For Java. */
  more?: readonly string[]
}

export function brokerCommand({ classpath, home, more = [] }: BrokerCommandOptions): string[] {
  const java = [
    'java',
    ...more,
    '-Xmx512m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-XX:-UsePerfData',
    `-Djava.io.tmpdir=${join(home, 'tmp')}`,
    `-Dlog4j2.configurationFile=${fileURLToPath(new URL('log4j2.properties', import.meta.url))}`,
    '-cp',
    classpath,
    'kafka.Kafka',
    join(home, 'server.properties'),
  ]
  return process.platform === 'linux' ? ['setpriv', '--pdeathsig', 'KILL', '--', ...java] : java
}

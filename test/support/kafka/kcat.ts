// kcat, a client of Kafka that shares no code with ours (librdkafka): what it produces is what agents produce.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface KcatProduceOptions {
  brokers: string
  topic: string
  /** Either one message per line (of text without newlines) … */
  lines?: readonly string[]
  /** … or one message with these bytes. */
  value?: string | Buffer
  key?: string
  headers?: Readonly<Record<string, string>>
  compression?: 'none' | 'gzip' | 'snappy' | 'lz4' | 'zstd'
  partition?: number
  /** Settings of librdkafka, e.g. `{ 'enable.idempotence': 'true' }`. */
  properties?: Readonly<Record<string, string>>
}

export interface KcatMessage {
  topic: string
  partition: number
  offset: number
  /** ms since 1970. */
  ts: number
  key: string | null
  payload: string | null
  /** Names and values in turn. */
  headers?: readonly string[]
}

/** Resolves when the broker has acknowledged every message with acks=all. */
export async function kcatProduce({ brokers, topic, lines, value, ...options }: KcatProduceOptions): Promise<void> {
  const args = ['-P', '-b', brokers, '-t', topic, '-X', 'acks=all', ...settings(options.properties)]
  if (options.compression !== undefined) args.push('-z', options.compression)
  if (options.partition !== undefined) args.push('-p', String(options.partition))
  if (options.key !== undefined) args.push('-k', options.key)
  for (const [name, text] of Object.entries(options.headers ?? {})) args.push('-H', `${name}=${text}`)
  if (lines !== undefined) await kcat(args, lines.map((line) => `${line}\n`).join(''))
  if (value === undefined) return
  // A message with newlines is only taken from a file.
  const dir = await mkdtemp(join(tmpdir(), 'afterlog-kcat-'))
  try {
    const file = join(dir, 'value')
    await writeFile(file, value)
    await kcat([...args, file])
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/**
 * All that a topic holds now, oldest first within a partition; as a member of `group` what that has not had yet,
 * committed afterwards.
 */
export async function kcatConsume({
  brokers,
  topic,
  group,
}: {
  brokers: string
  topic: string
  group?: string
}): Promise<KcatMessage[]> {
  const what =
    group === undefined ? ['-C', '-t', topic, '-o', 'beginning'] : ['-X', 'auto.offset.reset=earliest', '-G', group, topic]
  const text = await kcat(['-b', brokers, '-e', '-q', '-J', '-X', 'check.crcs=true', ...what])
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as KcatMessage)
}

/** As missingTools() of install.ts. */
export function missingKcat(): string | undefined {
  return spawnSync('kcat', ['-V']).error === undefined ? undefined : '`kcat` is absent; install kcat'
}

const settings = (properties: Readonly<Record<string, string>> = {}): string[] =>
  Object.entries(properties).flatMap(([name, value]) => ['-X', `${name}=${value}`])

/** What it wrote to stdout; rejects with what it wrote to stderr. */
async function kcat(args: readonly string[], input = ''): Promise<string> {
  const child = spawn('kcat', args, { stdio: ['pipe', 'pipe', 'pipe'] })
  const output: Buffer[] = []
  let errors = ''
  child.stdout.on('data', (bytes: Buffer) => output.push(bytes))
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()))
  // It may end before it has read everything, and says why.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`kcat ended with ${String(code)}: ${errors}`)
  return Buffer.concat(output).toString()
}

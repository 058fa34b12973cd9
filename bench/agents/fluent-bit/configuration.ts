// A user's configuration of Fluent Bit, with its paths and its own port in a directory and on this machine.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '#test/support/kafka/free-port.ts'
import { root } from '#test/support/service-process.ts'
import type { Output } from './outputs.ts'

/** Writes it into `work`, and returns its path. */
export async function writeConfig(work: string, { file, changes = [] }: Output): Promise<string> {
  let text = await readFile(join(root, 'deploy/agents/fluent-bit', file), 'utf8')
  const local = [
    ['/fluent-bit/state', join(work, 'state')],
    ['0.0.0.0', '127.0.0.1'],
    ['http_port: 2020', `http_port: ${await freePort()}`],
  ] as const
  for (const [from, to] of [...local, ...changes]) {
    if (!text.includes(from)) throw new Error(`${file} does not say ${from} any more`)
    text = text.replaceAll(from, to)
  }
  await mkdir(join(work, 'state'))
  await writeFile(join(work, file), text)
  return join(work, file)
}

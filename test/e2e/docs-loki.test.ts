// docs/loki.md is true: its commands are run as they stand, against a service that holds the corpus.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { textPattern } from '#test/support/documented.ts'
import { lokiCorpus, postCorpus } from '#test/support/loki-corpus.ts'
import { startTestService } from '#test/support/service.ts'

const page = await readFile(new URL('../../docs/loki.md', import.meta.url), 'utf8')
const examples = [...page.matchAll(/^```sh\n(.*?)^```\n+```text\n(.*?)^```$/gms)].map(([, command, answer]) => ({
  command: command!,
  answer: answer!.trim(),
}))

test('the commands answer as the page says', async () => {
  await using service = await startTestService()
  await postCorpus(service.url, lokiCorpus(BigInt(Date.now() - 3_601_000) * 1_000_000n))
  expect(examples.length).toBe([...page.matchAll(/^```sh$/gm)].length)
  for (const { command, answer } of examples) {
    const output = await run(command.replaceAll('http://127.0.0.1:8080', service.url))
    expect(output.trim(), command).toMatch(textPattern(answer))
  }
})

const run = (command: string): Promise<string> =>
  new Promise((resolve) => execFile('bash', ['-c', command], (_, stdout) => resolve(stdout)))

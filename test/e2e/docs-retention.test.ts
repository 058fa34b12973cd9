// docs/retention.md is true: its commands are run in their order as they stand, against a real service that holds what
// the page says. In a documented answer `…` is any text, rows and bytes are any number.
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { fixture } from '#test/support/kubernetes.ts'
import { textPattern } from '#test/support/documented.ts'
import { request, startTestService } from '#test/support/service.ts'

const page = await readFile(new URL('../../docs/retention.md', import.meta.url), 'utf8')
const examples = [...page.matchAll(/^```sh\n(.*?)^```\n+```(?:json|text)\n(.*?)^```$/gms)].map(([, command, answer]) => ({
  command: command!,
  answer: answer!,
}))
const start = Math.floor(Date.now() / 86_400_000 - 10) * 86_400_000 + 3_600_000
const at = (minutes: number): string => new Date(start + minutes * 60_000).toISOString()

test('the commands answer as the page says', async () => {
  await using service = await startTestService()
  const post = async (path: string, body: unknown): Promise<void> => {
    const init = { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    expect(await request(`${service.url}${path}`, init)).toMatchObject({ status: 200, body: { rejected: 0 } })
  }
  const named = { namespace: 'shop', pod: 'cart-0', podUid: '5b0c1d2e', container: 'app', restart: 0 }
  await post('/v1/batches', {
    records: Array.from({ length: 61 }, (_, i) => ({ ...named, time: at(i), message: `minute ${i}` })),
  })
  await post('/v1/lifecycle', crashed())
  expect(examples.length).toBe([...page.matchAll(/^```sh$/gm)].length)
  for (const { command, answer } of examples) {
    const output = await run(command.replaceAll('http://127.0.0.1:8080', service.url))
    expect(squeezed(output), command).toMatch(textPattern(squeezed(answer)))
  }
})

function crashed(): object {
  return fixture('pod-replacement', (object) => {
    Object.assign(object['metadata'], { uid: '5b0c1d2e', name: 'cart-0', creationTimestamp: at(0) })
    const terminated = { exitCode: 1, reason: 'Error', startedAt: at(0), finishedAt: at(60), containerID: 'containerd://aa' }
    object['status'] = { phase: 'Failed', containerStatuses: [{ name: 'app', restartCount: 0, state: { terminated } }] }
  })
}

function run(command: string): Promise<string> {
  return new Promise((resolve) => execFile('bash', ['-c', command], (_, stdout) => resolve(stdout)))
}

/** JSON without the spaces that make it readable, text as it is; measured numbers as any. */
function squeezed(text: string): string {
  const trimmed = text.trim()
  const plain = trimmed.startsWith('{') ? JSON.stringify(JSON.parse(trimmed)) : trimmed
  return plain.replaceAll(/"(rows|bytes)":\d+/g, '"$1":0')
}

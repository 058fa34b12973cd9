// Requests recorded from agents (test/fixtures/agents/README.md), and the lines that these agents had read.
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

const fixtures = join(import.meta.dirname, '../fixtures')

/** A line that the agents read. */
export interface SourceLine {
  _time: string
  namespace: string
  pod: string
  pod_uid: string
  container: string
  stream: string
  restart: number
  message: string
}

export async function sourceLines(): Promise<SourceLine[]> {
  const text = await readFile(join(fixtures, 'agents/source.ndjson'), 'utf8')
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as SourceLine)
}

interface Recorded {
  method: string
  path: string
  headers: Record<string, string>
}

/** What the client that sends the request again says itself. */
const ofConnection = new Set(['connection', 'content-length', 'transfer-encoding', 'expect', 'host'])

/** Sends every request of a folder as it was recorded. Resolves to the answers' statuses and bodies. */
export async function sendCaptured(url: string, tenant: string, folder: string): Promise<{ status: number; body: string }[]> {
  const dir = join(fixtures, folder)
  const names = (await readdir(dir)).filter((name) => name.endsWith('.body')).toSorted()
  const answers: { status: number; body: string }[] = []
  for (const name of names) {
    const { method, path, headers } = JSON.parse(
      await readFile(join(dir, name.replace('.body', '.request.json')), 'utf8'),
    ) as Recorded
    const sent = Object.fromEntries(Object.entries(headers).filter(([header]) => !ofConnection.has(header)))
    const body = await readFile(join(dir, name))
    const response = await fetch(`${url}${path}`, { method, body, headers: { ...sent, 'x-scope-orgid': tenant } })
    answers.push({ status: response.status, body: await response.text() })
  }
  return answers
}

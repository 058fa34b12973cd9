// `npm run test:search -- --seed N --lines 10000 --expressions 1000`: posts random lines to a real service, asks for them
// with random expressions, and compares each answer with an evaluation of the same lines in memory. Ends with the number
// of differences, and exit code 1 where there is one.
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { setup } from '#test/support/migrate-once.ts'
import { startTestService } from '#test/support/service.ts'
import { writeExpression } from './search-proof/expressions.ts'
import { makeLines, type CorpusLine } from './search-proof/line-corpus.ts'
import { isTrue, modelOf } from './search-proof/model.ts'
import { bodiesOf } from './search-proof/post-lines.ts'
import { createRandom } from './storage/random.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
    lines: { type: 'string', default: '10000' },
    expressions: { type: 'string', default: '1000' },
    /** Which one alone, to look at a difference. */
    only: { type: 'string' },
  },
})
const say = (text: string): void => void process.stdout.write(`${text}\n`)
/** ms that lines may take to be stored and joined. */
const patienceMs = 120_000

async function prove(): Promise<number> {
  const [seed, count, expressions] = [Number(values.seed), Number(values.lines), Number(values.expressions)]
  say(`seed ${seed}: npm run test:search -- --seed ${seed} --lines ${count} --expressions ${expressions}`)
  await using resources = new AsyncDisposableStack()
  resources.defer((await setup()) ?? (() => undefined))
  const service = resources.use(await startTestService({ AFTERLOG_QUERY_TIME_MS: '120000' }))
  const random = createRandom(seed)
  const lines = makeLines(random, count)
  const startMs = Math.floor(Date.now() / 1000) * 1000 - 3_600_000
  await post(service.url, lines, startMs)
  const model = lines.map(modelOf)
  const asked = { url: service.url, startMs }
  const startedMs = performance.now()
  let differences = 0
  let found = 0
  for (let index = 0; index < expressions; index++) {
    const { expression, text } = writeExpression(random, model)
    if (values.only !== undefined && Number(values.only) !== index) continue
    const due = model.flatMap((line, at) => (isTrue(expression, line) ? [at] : []))
    const [answer, counted] = await Promise.all([ask(asked, text), countOf(service.url, text)])
    found += due.length
    const fault = faultOf(due, answer, counted, lines)
    if (index % 100 === 99) say(`${index + 1} expressions after ${((performance.now() - startedMs) / 1000).toFixed(0)} s`)
    if (fault === undefined) continue
    differences++
    say(`#${index} ${JSON.stringify(text)}\n  ${fault}`)
  }
  say(`${expressions} expressions over ${count} lines, ${found} lines due: ${differences} differences`)
  return differences
}

async function post(url: string, lines: readonly CorpusLine[], startMs: number): Promise<void> {
  for (const body of bodiesOf(lines, startMs)) {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${url}/v1/batches`, { method: 'POST', headers, body })
    if (response.status !== 200) throw new Error(`posting: ${response.status} ${await response.text()}`)
    const answer = (await response.json()) as { rejected?: unknown[] | number }
    if (answer.rejected !== undefined && answer.rejected !== 0 && JSON.stringify(answer.rejected) !== '[]')
      throw new Error(`rejected: ${JSON.stringify(answer).slice(0, 500)}`)
  }
  const endMs = performance.now() + patienceMs
  for (;;) {
    const stored = await countOf(url, '')
    if (stored === lines.length) return
    if (performance.now() > endMs) throw new Error(`${String(stored)} lines instead of ${lines.length}`)
    await sleep(500)
  }
}

/** The places of the lines in the corpus, or why there are none. */
async function ask({ url, startMs }: { url: string; startMs: number }, text: string): Promise<number[] | string> {
  const query = new URLSearchParams({ q: text, order: 'asc', limit: '10000' }).toString()
  const response = await fetch(`${url}/v1/logs?${query}`)
  const body = (await response.json()) as { lines?: { time: string }[]; detail?: string }
  return body.lines?.map(({ time }) => Date.parse(`${time.slice(0, 23)}Z`) - startMs) ?? `${response.status} ${body.detail}`
}

async function countOf(url: string, text: string): Promise<number | string> {
  const response = await fetch(`${url}/v1/logs/histogram?${new URLSearchParams({ q: text }).toString()}`)
  const body = (await response.json()) as { buckets?: { total: number }[]; detail?: string }
  return body.buckets?.reduce((sum, { total }) => sum + total, 0) ?? `${response.status} ${body.detail}`
}

function faultOf(
  due: readonly number[],
  answer: number[] | string,
  counted: number | string,
  lines: readonly CorpusLine[],
): string | undefined {
  if (typeof answer === 'string') return answer
  const [expected, given] = [new Set(due), new Set(answer)]
  const missing = due.filter((at) => !given.has(at))
  const surplus = answer.filter((at) => !expected.has(at))
  if (missing.length + surplus.length === 0 && answer.length === due.length)
    return counted === due.length ? undefined : `histogram: ${counted} instead of ${due.length}`
  const shown = (at: number | undefined): string =>
    at === undefined
      ? ''
      : ` e.g. line ${at} ${JSON.stringify(lines[at]!.message.toString('latin1'))} ${JSON.stringify(lines[at]!.attributes)} ${JSON.stringify(lines[at]!.labels)}`
  return `${due.length} due, ${missing.length} missing${shown(missing[0])}, ${surplus.length} surplus${shown(surplus[0])}`
}

process.exitCode = (await prove()) === 0 ? 0 : 1

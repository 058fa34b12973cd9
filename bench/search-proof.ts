// `npm run test:search -- --seed N --lines 10000 --expressions 1000`: posts random lines to a real service, asks for them
// with random expressions, and compares each answer with an evaluation of the same lines in memory. Ends with the number
// of differences, and exit code 1 where there is one.
import { setTimeout as sleep } from 'node:timers/promises'
import pLimit from 'p-limit'
import { readProofArguments, say, startProofService } from './load/proof.ts'
import { askCount, askLines, histogramCount, type Asked } from './search-proof/ask-service.ts'
import { writeExpression, type Written } from './search-proof/expressions.ts'
import { makeLines } from './search-proof/line-corpus.ts'
import { validText } from './search-proof/model-text.ts'
import { isTrue, modelOf, type ModelLine } from './search-proof/model.ts'
import { bodiesOf } from './search-proof/post-lines.ts'
import { createRandom, type Random } from './storage/random.ts'

/** ms that lines may take to be stored and joined. */
const patienceMs = 120_000
/** Expressions under way at once: the engine answers one while the model evaluates another. */
const atOnce = 3

async function prove(): Promise<number> {
  const { seed, lines: count, expressions, only } = readProofArguments('test:search')
  await using service = await startProofService()
  const random = createRandom(seed)
  const model = makeLines(random, count).map(modelOf)
  const asked = { url: service.url, startMs: Math.floor(Date.now() / 1000) * 1000 - 3_600_000, lines: count }
  const sentTwice = await post(asked, model, random)
  const written = Array.from({ length: expressions }, () => writeExpression(random, model))
  const startedMs = performance.now()
  const inTurn = pLimit(atOnce)
  const tally = { due: 0, differences: 0, done: 0, empty: 0 }
  const compare = async ({ expression, text }: Written, index: number): Promise<void> => {
    const due = model.flatMap((line, at) => (isTrue(expression, line) ? [at] : []))
    const fault = faultOf({ due, model, lines: await askLines(asked, text, index), count: await askCount(asked, text, index) })
    tally.due += due.length
    tally.empty += due.length === 0 ? 1 : 0
    if (++tally.done % 100 === 0) say(`${tally.done} expressions after ${((performance.now() - startedMs) / 1000).toFixed(0)} s`)
    if (fault === undefined) return
    tally.differences++
    say(`#${index} ${JSON.stringify(text)}\n  ${fault}`)
  }
  const chosen = only === undefined ? written.keys() : [only]
  await Promise.all(Array.from(chosen, (index) => inTurn(compare, written[index]!, index)))
  const { due, empty, done, differences } = tally
  say(`${sentTwice} posts of the lines were sent twice; of ${done} expressions ${empty} find nothing`)
  say(`seed ${seed}: ${done} expressions over ${count} lines, ${due} lines due: ${differences} differences`)
  return differences
}

/** Posts the lines, a fifth of the bodies twice: returns how many. */
async function post(asked: Asked, lines: readonly ModelLine[], random: Random): Promise<number> {
  const bodies = bodiesOf(lines, asked.startMs)
  const again = bodies.filter(() => random.int(5) === 0)
  for (const body of [...bodies, ...again]) {
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${asked.url}/v1/batches`, { method: 'POST', headers, body })
    const answer = await response.text()
    if (response.status !== 200 || !answer.includes('"rejected":0')) throw new Error(`posting: ${response.status} ${answer}`)
  }
  const endMs = performance.now() + patienceMs
  for (;;) {
    const stored = await histogramCount(asked.url, {})
    if (stored === lines.length) return again.length
    if (performance.now() > endMs) throw new Error(`${JSON.stringify(stored)} lines instead of ${lines.length}`)
    await sleep(500)
  }
}

interface Answers {
  /** Places of the lines for which the expression is true. */
  due: readonly number[]
  model: readonly ModelLine[]
  lines: Awaited<ReturnType<typeof askLines>>
  count: Awaited<ReturnType<typeof askCount>>
}

function faultOf({ due, model, lines, count }: Answers): string | undefined {
  if ('failed' in lines) return lines.failed
  if (typeof count !== 'number') return count.failed
  const [expected, given] = [new Set(due), new Set(lines.map(({ at }) => at))]
  const missing = due.filter((at) => !given.has(at))
  const surplus = [...given].filter((at) => !expected.has(at))
  if (missing.length + surplus.length > 0)
    return `${due.length} due, ${missing.length} missing${shown(model, missing[0])}, ${surplus.length} surplus${shown(model, surplus[0])}`
  if (given.size !== lines.length) return `${lines.length} lines given for ${given.size}`
  const changed = lines.find(({ at, message }) => validText(Buffer.from(message)) !== model[at]!.stored)
  if (changed !== undefined) return `line ${changed.at} is given as ${JSON.stringify(changed.message)}${shown(model, changed.at)}`
  return count === due.length ? undefined : `counted ${count} instead of ${due.length}`
}

function shown(model: readonly ModelLine[], at: number | undefined): string {
  if (at === undefined) return ''
  const { message, attributes, labels } = model[at]!
  return ` e.g. line ${at} ${JSON.stringify(message.toString('latin1'))} ${JSON.stringify(attributes)} ${JSON.stringify(labels)}`
}

process.exitCode = (await prove()) === 0 ? 0 : 1

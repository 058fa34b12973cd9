// Random lines in a service and in the memory of Loki's engine, and random expressions asked of both.
import { createRandom } from '../../storage/random.ts'
import type { Afterlog, LabelledLine } from '../cases/afterlog.ts'
import type { Judge, Question, Verdict } from '../cases/judge.ts'
import { judged } from '../cases/judged.ts'
import { streamsOf } from '../cases/streams-of.ts'
import { expectedOf } from '../compare.ts'
import type { StoredLine } from '../plain/plain-line.ts'
import { ManyAnswers } from '../plain/vectors.ts'
import { makeCorpus } from '../random/corpus.ts'
import { randomQuestion, type Question as Drawn } from '../random/questions.ts'
import { tenantOf, tenantsOf, whyLeftOut, type Tenant } from './language.ts'

export type Judged =
  | { leftOut: string }
  | { is: 'values' | 'nothing' | 'refused' }
  | { is: 'different'; query: string; how: string }

export interface JudgedProof {
  lines: number
  /** Each expression has a seed of its own, so that one can be asked alone. */
  outcome(index: number): Promise<Judged>
}

interface ProofOptions {
  afterlog: Afterlog
  judge: Judge
  seed: number
  count: number
}

export async function createJudgedProof({ afterlog, judge, seed, count }: ProofOptions): Promise<JudgedProof> {
  const corpus = makeCorpus(createRandom(seed), { count, nowNs: BigInt(Date.now()) * 1_000_000n })
  const stored = new Map<Tenant, LabelledLine[]>()
  for (const [tenant, takes] of tenantsOf) {
    for (const body of corpus.bodies) {
      // Raw lines have no message, and may be fragments.
      const records = body.filter(({ message }) => typeof message === 'string' && takes(message))
      if (records.length > 0) await afterlog.post(tenant, records)
    }
    const lines = await afterlog.lines(tenant, '{cluster="prod"}', corpus)
    stored.set(tenant, lines)
    await judge.load(tenant, streamsOf(lines))
  }
  return {
    lines: [...stored.values()].reduce((sum, lines) => sum + lines.length, 0),
    async outcome(index) {
      const drawn = randomQuestion(createRandom(seed * 1_000_003 + index), index % 2 === 0 ? 'lines' : 'numbers', corpus)
      const query = drawn.expression.text
      const parsed = await judge.parse(query)
      if ('error' in parsed) return { leftOut: 'what Loki 2.2 does not read' }
      const leftOut = whyLeftOut(query)
      if (leftOut !== undefined) return { leftOut }
      const tenant = tenantOf(query)
      if (isOpen(drawn, stored.get(tenant)!)) return { leftOut: 'more than one answer is right' }
      const question = questionOf(drawn)
      const expected = await judge.evaluate(tenant, { ...question, limit: 1_000_000 })
      if ('error' in expected && /not defined|syntax error/.test(expected.error))
        return { leftOut: 'what Loki 2.2 does not read' }
      const outcome = judged(question, expected, await afterlog.ask(tenant, question))
      if (outcome.outcome === 'passed') return { is: kindOf(expected) }
      if (outcome.outcome === 'wrong' && outcome.came.includes('at least one matcher'))
        return { leftOut: 'a selector that every stream fulfils' }
      const how = outcome.outcome === 'wrong' ? `${outcome.expected}\n  came ${outcome.came}` : outcome.came
      return { is: 'different', query: `${query} from ${question.startNs} to ${question.endNs} step ${question.stepNs}`, how }
    },
  }
}

const kindOf = (verdict: Verdict): 'values' | 'nothing' | 'refused' =>
  'error' in verdict ? 'refused' : verdict.series.length === 0 ? 'nothing' : 'values'

function questionOf(drawn: Drawn): Question {
  const { startNs, endNs, expression } = drawn
  const common = { query: expression.text, startNs, endNs }
  if (drawn.kind === 'lines') return { ...common, stepNs: 0n, limit: drawn.limit, direction: drawn.direction }
  return { ...common, stepNs: drawn.stepNs, limit: 100, direction: 'backward' }
}

/** As the plain evaluation finds. */
function isOpen(drawn: Drawn, lines: readonly LabelledLine[]): boolean {
  const stored: StoredLine[] = lines.map((line) => ({ ...line, metadata: {} }))
  try {
    expectedOf(drawn, stored)
    return false
  } catch (error) {
    if (error instanceof ManyAnswers) return true
    throw error
  }
}

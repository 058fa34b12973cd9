// Random lines in a service, and random expressions about them: each answer beside its plain evaluation.
import { post } from '../load/post.ts'
import { createRandom } from '../storage/random.ts'
import { ask, storedLines } from './ask.ts'
import { expectedOf, type Expected, type Outcome } from './compare.ts'
import { corpusDifference } from './corpus-difference.ts'
import type { StoredLine } from './plain/plain-line.ts'
import { ManyAnswers } from './plain/vectors.ts'
import { makeCorpus } from './random/corpus.ts'
import { randomQuestion, type Question } from './random/questions.ts'

export interface Proof {
  lines: number
  /** Each expression has a seed of its own, so that one can be asked alone. */
  outcome(index: number): Promise<{ asked: string; outcome: Outcome | { is: 'ambiguous' } }>
}

/** Posts the lines. Throws where the service has others then. */
export async function createProof(url: string, { seed, count }: { seed: number; count: number }): Promise<Proof> {
  const corpus = makeCorpus(createRandom(seed), { count, nowNs: BigInt(Date.now()) * 1_000_000n })
  for (const body of corpus.bodies) await post(url, Buffer.from(body.map((one) => JSON.stringify(one)).join('\n')))
  const stored = await storedLines(url, corpus)
  const unlike = corpusDifference(corpus.lines, stored)
  if (unlike !== undefined) throw new Error(`the stored lines are not those that were posted: ${unlike}`)
  return {
    lines: stored.length,
    async outcome(index) {
      const { question, expected } = questionAt(index)
      const asked = written(question, corpus.startNs)
      if (expected === undefined) return { asked, outcome: { is: 'ambiguous' } }
      return { asked, outcome: expected.compared(await ask(url, question)) }
    },
  }

  /** Of four of five, the first of a few that has an answer, if there is one. */
  function questionAt(index: number): Drawn {
    const kind = index % 2 === 0 ? 'lines' : 'numbers'
    const random = createRandom(seed * 1_000_003 + index)
    const draws = index % 10 < 2 ? 1 : drawsMax
    for (let left = draws - 1; ; left--) {
      const question = randomQuestion(random, kind, corpus)
      const expected = expectedIn(question, stored)
      if (left === 0 || expected?.about === 'values') return { question, expected }
    }
  }
}

const drawsMax = 3

interface Drawn {
  question: Question
  /** Undefined where more than one answer is right. */
  expected: Expected | undefined
}

function expectedIn(question: Question, stored: readonly StoredLine[]): Expected | undefined {
  try {
    return expectedOf(question, stored)
  } catch (error) {
    if (error instanceof ManyAnswers) return undefined
    throw error
  }
}

function written(question: Question, zeroNs: bigint): string {
  const seconds = (ns: bigint): number => Number(ns - zeroNs) / 1e9
  const { kind, expression, startNs, endNs } = question
  const rest = kind === 'lines' ? `limit ${question.limit} ${question.direction}` : `step ${Number(question.stepNs) / 1e9} s`
  return `${expression.text}   from ${seconds(startNs)} s to ${seconds(endNs)} s, ${rest}`
}

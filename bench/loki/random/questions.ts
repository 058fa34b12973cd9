// A random expression, and for which time it is asked.
import type { Random } from '../../storage/random.ts'
import type { LogExpression } from '../plain/log-lines.ts'
import type { Corpus } from './corpus.ts'
import { logExpression } from './log-expressions.ts'
import { metricExpression, type MetricExpression } from './metric-expressions.ts'

const second = 1_000_000_000n
const minute = 60n * second

export interface LinesQuestion {
  kind: 'lines'
  expression: LogExpression
  /** The end is not part of it. */
  startNs: bigint
  endNs: bigint
  limit: number
  direction: 'forward' | 'backward'
}
export interface NumbersQuestion {
  kind: 'numbers'
  expression: MetricExpression
  startNs: bigint
  endNs: bigint
  /** 0: at one time. */
  stepNs: bigint
}
export type Question = LinesQuestion | NumbersQuestion

export function randomQuestion(random: Random, kind: Question['kind'], { startNs, endNs }: Corpus): Question {
  const spanNs = endNs - startNs
  const somewhere = (): bigint => startNs + BigInt(random.int(Number(spanNs / 1000n))) * 1000n
  if (kind === 'lines') {
    const from = random.int(3) === 0 ? startNs : somewhere()
    return {
      kind,
      expression: logExpression(random),
      startNs: from,
      endNs: random.int(2) === 0 ? endNs : from + BigInt(1 + random.int(3600)) * second,
      limit: random.pick([10, 100, 1000, 5000]),
      direction: random.pick(['forward', 'backward'] as const),
    }
  }
  const expression = metricExpression(random)
  if (random.int(3) === 0) {
    const at = random.int(2) === 0 ? startNs + spanNs / 2n : somewhere()
    return { kind, expression, startNs: at, endNs: at, stepNs: 0n }
  }
  // Whole minutes, as Grafana asks, or anything. Steps shorter than ranges, equal to them, and longer.
  const from = random.int(2) === 0 ? startNs + BigInt(random.int(60)) * minute : somewhere()
  const stepNs = random.pick([30n * second, minute, 5n * minute, (15n * minute) / 2n, 15n * minute, 60n * minute])
  return { kind, expression, startNs: from, endNs: from + BigInt(1 + random.int(40)) * stepNs, stepNs }
}

// Pure: the parameters of a tail.
import { invalidParameter } from '#shared/errors.ts'
import type { LogExpr } from './logql/syntax/logql-expr.ts'
import { readQuery } from './query-parameter.ts'
import type { RequestForm } from './request-form.ts'
import { readBounds, readCount, readLimit, readTimestamp } from './request-times.ts'

export interface TailRequest {
  text: string
  expr: LogExpr
  /** Epoch ns: lines of before that are sent first. */
  startNs: bigint
  /** At most so many of them, the newest. */
  limit: number
  /** ms for which lines are held back, so that late ones come in their order. */
  delayMs: number
}

const delaySMax = 5

export function readTailRequest(form: RequestForm, nowNs: bigint): TailRequest {
  const { text, expr } = readQuery(form)
  if (expr.kind !== 'log')
    throw invalidParameter(
      'query',
      'only lines can be followed: give a query of lines, such as {namespace="shop"} |= "x"',
    )
  return {
    text,
    expr,
    // A client whose clock is ahead gets nothing of the past.
    startNs: readTimestamp(form, 'start') ?? readBounds(form, nowNs).start,
    limit: readLimit(form),
    delayMs: readDelayMs(form),
  }
}

function readDelayMs(form: RequestForm): number {
  if (/^0*$/.test(form.get('delay_for') ?? '')) return 0
  const delayS = readCount(form, 'delay_for', 0)
  if (delayS > delaySMax) throw invalidParameter('delay_for', `delay_for must be at most ${delaySMax}, not ${delayS}`)
  return 1000 * delayS
}

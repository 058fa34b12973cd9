// 1 + 2 * 3 ^ 4 > bool on (pod) 5 or x
// The grammar serves an editor and nests operators in the order in which they are written; here they bind as those of
// PromQL do: or, and with unless, comparisons, sums, products, powers (these to the right).
import type { BinaryOp } from './logql-expr.ts'

const strength: Readonly<Record<BinaryOp, number>> = {
  or: 1,
  and: 2,
  unless: 2,
  '==': 3,
  '!=': 3,
  '>': 3,
  '>=': 3,
  '<': 3,
  '<=': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  '^': 6,
}

export interface Infix {
  op: BinaryOp
}

/** Combines operands as their operators bind; there is an operator between each two of them. */
export function combine<Operand, Op extends Infix>(
  operands: readonly Operand[],
  operators: readonly Op[],
  join: (op: Op, left: Operand, right: Operand) => Operand,
): Operand {
  const values: Operand[] = [operands[0]!]
  const open: Op[] = []
  const reduce = (): void => {
    const right = values.pop()!
    const left = values.pop()!
    values.push(join(open.pop()!, left, right))
  }
  for (const [i, op] of operators.entries()) {
    const own = strength[op.op]
    while (open.length > 0) {
      const before = strength[open.at(-1)!.op]
      if (before < own || (before === own && op.op === '^')) break
      reduce()
    }
    open.push(op)
    values.push(operands[i + 1]!)
  }
  while (open.length > 0) reduce()
  return values[0]!
}

// Two numbers and an operator, as Loki calculates them: what is divided by 0 is no number; a comparison is 1 or 0.
import type { BinaryOp } from './syntax/logql-expr.ts'

export function arithmetic(op: BinaryOp, left: number, right: number): number {
  switch (op) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return right === 0 ? Number.NaN : left / right
    case '%':
      return right === 0 ? Number.NaN : left % right
    case '^':
      return left ** right
    case '==':
      return Number(left === right)
    case '!=':
      return Number(left !== right)
    case '>':
      return Number(left > right)
    case '>=':
      return Number(left >= right)
    case '<':
      return Number(left < right)
    case '<=':
      return Number(left <= right)
    case 'or':
    case 'and':
    case 'unless':
      throw new TypeError(`${op} is about series, not about numbers`)
  }
}

// {{ add 1 .a }}  {{ divf .a 1000 | round 2 }}
// Functions of numbers. Those on whole numbers take what is given for one, 0 where it is none.
import { decimalDifference, decimalProduct, decimalQuotient, decimalSum } from './decimal.ts'
import { define, toFloat, toInt, type TemplateFunction } from './template-functions.ts'
import { TemplateError, type Value } from './template-value.ts'

const ofInts = (combine: (a: bigint, b: bigint) => bigint): TemplateFunction =>
  define('aa', (values: readonly Value[]) => values.map(toInt).reduce((a, b) => BigInt.asIntN(64, combine(a, b))), {
    repeats: true,
  })
const ofFloats = (combine: (a: number, b: number) => number): TemplateFunction =>
  define('aa', (values: readonly Value[]) => values.map(toFloat).reduce((a, b) => combine(a, b)), { repeats: true })
const ofTwo = (combine: (a: bigint, b: bigint) => bigint): TemplateFunction =>
  define('aa', ([a, b]: [Value, Value]) => BigInt.asIntN(64, combine(toInt(a), toInt(b))))

const dividing =
  (combine: (a: bigint, b: bigint) => bigint) =>
  (a: bigint, b: bigint): bigint => {
    if (b === 0n) throw new TemplateError('runtime error: integer divide by zero')
    return combine(a, b)
  }

function rounded(value: Value, places: bigint, from = 0.5): number {
  const power = 10 ** Number(places)
  const digits = power * toFloat(value)
  const part = digits - Math.trunc(digits)
  return (part >= from ? Math.ceil(digits) : Math.floor(digits)) / power
}

export const numberFunctions: Readonly<Record<string, TemplateFunction>> = {
  add: ofInts((a, b) => a + b),
  mul: ofInts((a, b) => a * b),
  max: ofInts((a, b) => (b > a ? b : a)),
  min: ofInts((a, b) => (b < a ? b : a)),
  sub: ofTwo((a, b) => a - b),
  div: ofTwo(dividing((a, b) => a / b)),
  mod: ofTwo(dividing((a, b) => a % b)),
  addf: ofFloats(decimalSum),
  subf: ofFloats(decimalDifference),
  mulf: ofFloats(decimalProduct),
  divf: ofFloats((a, b) => {
    if (b === 0) throw new TemplateError('decimal division by 0')
    return decimalQuotient(a, b)
  }),
  maxf: ofFloats(Math.max),
  minf: ofFloats(Math.min),
  ceil: define('a', ([value]: [Value]) => Math.ceil(toFloat(value))),
  floor: define('a', ([value]: [Value]) => Math.floor(toFloat(value))),
  round: define('aif', ([value, places, from]: [Value, bigint, number?]) => rounded(value, places, from), { least: 2 }),
  int: define('a', ([value]: [Value]) => toInt(value)),
  float64: define('a', ([value]: [Value]) => toFloat(value)),
}

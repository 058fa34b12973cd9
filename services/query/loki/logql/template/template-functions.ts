// What a function of a template is: its parameters are checked and converted before it is called.
import { units, type LineWork } from '../pipeline/line-work.ts'
import { isList, isMap, isTime, TemplateError, typeName, type Value } from './template-value.ts'

/** Of a line that is formatted. */
export interface TemplateContext {
  line: string
  tsNs: bigint
  nowNs: bigint
  work: LineWork
}

export interface TemplateFunction {
  /** s text, i whole number, f number, t time, a anything; the last one repeats where `repeats`. */
  takes: string
  repeats?: boolean
  /** How many parameters must be given: all, where it is missing. */
  least?: number
  run(values: never, context: TemplateContext): Value
}

/** Text of at most so many characters is made. */
export const textMax = 1024 * 1024

export const define = (
  takes: string,
  run: TemplateFunction['run'],
  options: { repeats?: boolean; least?: number } = {},
): TemplateFunction => ({ takes, run, ...options })

export function callFunction(
  name: string,
  { takes, repeats = false, least, run }: TemplateFunction,
  values: readonly Value[],
  context: TemplateContext,
): Value {
  const wanted = least ?? (repeats ? takes.length - 1 : takes.length)
  if (values.length < wanted || (!repeats && values.length > takes.length))
    throw new TemplateError(`wrong number of args for ${name}: want ${wanted} got ${values.length}`)
  const converted = values.map((value, i) => convert(name, value, takes[Math.min(i, takes.length - 1)]!))
  for (const value of converted) context.work.spend(sizeUnits(value))
  const result = attempt(name, () => run(converted as never, context))
  context.work.spend(sizeUnits(result))
  return result
}

function sizeUnits(value: Value): number {
  if (typeof value === 'string') return units.char * value.length
  return isList(value) ? units.item * value.length : isMap(value) ? units.item * value.size : 0
}

/** What JavaScript does not take, such as half a surrogate pair in an URL, is a mistake of the template. */
function attempt(name: string, run: () => Value): Value {
  try {
    return run()
  } catch (error) {
    if (error instanceof RangeError || error instanceof URIError)
      throw new TemplateError(`error calling ${name}: ${error.message}`)
    throw error
  }
}

function convert(name: string, value: Value, kind: string): Value {
  if (kind === 'a') return value
  if (kind === 's' && typeof value === 'string') return value
  if (kind === 'i' && typeof value === 'bigint') return value
  if (kind === 'f' && (typeof value === 'number' || typeof value === 'bigint')) return Number(value)
  if (kind === 't' && isTime(value)) return value
  throw new TemplateError(
    `error calling ${name}: wrong type for value; expected ${kinds[kind]!}; got ${typeName(value)}`,
  )
}

const kinds: Readonly<Record<string, string>> = { s: 'string', i: 'int', f: 'float64', t: 'time.Time' }

/** A whole number of whatever is given: 0 where there is none. */
export function toInt(value: Value): bigint {
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') return Number.isFinite(value) ? BigInt.asIntN(64, BigInt(Math.trunc(value))) : 0n
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (typeof value !== 'string') return 0n
  const match = /^([+-]?)(0[xX][0-9a-fA-F]+|\d+)(?:\.0*)?$/.exec(value)
  if (match === null) return 0n
  const size = match[2]!.length > digitsMax ? int64End : BigInt(match[2]!)
  const whole = match[1] === '-' ? -size : size
  return whole === BigInt.asIntN(64, whole) ? whole : 0n
}

/** Digits of any number of 64 bits. */
const digitsMax = 40
const int64End = 2n ** 63n

export function toFloat(value: Value): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value !== 'string' || !/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(value)) return 0
  return Number(value)
}

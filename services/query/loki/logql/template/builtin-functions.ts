// {{ if and (eq .a "b") (gt (len .c) 3) }}  {{ printf "%-10s %05.2f" .a .b }}  {{ index .list 0 }}
// What text/template itself has. `and` and `or` are part of the language: template.ts.
import { formatTime } from './go-time.ts'
import { printf } from './printf.ts'
import { define, type TemplateContext, type TemplateFunction } from './template-functions.ts'
import {
  isList,
  isMap,
  isTime,
  isTrue,
  printed,
  TemplateError,
  typeName,
  type TemplateTime,
  type Value,
} from './template-value.ts'

const timeLayout = '2006-01-02 15:04:05.999999999 -0700 MST'
const timeText = (time: TemplateTime): string => formatTime(timeLayout, time)
export const textOfValue = (value: Value): string => printed(value, timeText)

type Basic = 'bool' | 'string' | 'int' | 'float64'

const isBasic = (name: string): name is Basic => ['bool', 'string', 'int', 'float64'].includes(name)

function kindOf(value: Value): Basic {
  const name = typeName(value)
  if (!isBasic(name)) throw new TemplateError('invalid type for comparison')
  return name
}

function isEqual(a: Value, b: Value): boolean {
  if (isTime(a) && isTime(b)) return a.tsNs === b.tsNs
  if (kindOf(a) !== kindOf(b)) throw new TemplateError('incompatible types for comparison')
  return a === b
}

function isLess(a: Value, b: Value): boolean {
  const kind = kindOf(a)
  if (kind !== kindOf(b)) throw new TemplateError('incompatible types for comparison')
  if (kind === 'bool') throw new TemplateError('invalid type for comparison')
  return (a as string) < (b as string)
}

function lengthOf(value: Value): bigint {
  if (typeof value === 'string') return BigInt(Buffer.byteLength(value))
  if (isList(value)) return BigInt(value.length)
  if (isMap(value)) return BigInt(value.size)
  throw new TemplateError(`len of type ${typeName(value)}`)
}

function indexed(value: Value, keys: readonly Value[]): Value {
  let current = value
  for (const key of keys) {
    if (isMap(current)) {
      if (typeof key !== 'string') throw new TemplateError('a map is indexed by a text')
      current = current.get(key)
    } else {
      if (!isList(current) && typeof current !== 'string')
        throw new TemplateError(`can't index item of type ${typeName(current)}`)
      const items: readonly Value[] | Uint8Array = isList(current) ? current : Buffer.from(current)
      if (typeof key !== 'bigint' || key < 0n || key >= BigInt(items.length))
        throw new TemplateError(`index out of range: ${textOfValue(key)}`)
      const item = items[Number(key)]
      current = isList(current) ? item : BigInt(item as number)
    }
  }
  return current
}

function sliced(value: Value, [from = 0n, to]: readonly bigint[]): Value {
  const length = lengthOf(value)
  const end = to ?? length
  if (from < 0n || end > length || from > end || isMap(value)) throw new TemplateError(`index out of range: ${end}`)
  if (isList(value)) return value.slice(Number(from), Number(end))
  return Buffer.from(value as string)
    .subarray(Number(from), Number(end))
    .toString('utf8')
}

/** As fmt.Sprint: a blank between two of which neither is a text. */
const sprint = (values: readonly Value[]): string =>
  values
    .map((value, i) => {
      const before = values[i - 1]
      const apart = i > 0 && typeof value !== 'string' && typeof before !== 'string'
      return (apart ? ' ' : '') + textOfValue(value)
    })
    .join('')

const escapedHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll("'", '&#39;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&#34;')

const compare = (test: (a: Value, b: Value) => boolean): TemplateFunction =>
  define('aa', ([a, b]: [Value, Value]) => test(a, b))

export const builtinFunctions: Readonly<Record<string, TemplateFunction>> = {
  not: define('a', ([value]: [Value]) => !isTrue(value)),
  eq: define('aaa', ([first, ...others]: readonly Value[]) => others.some((other) => isEqual(first, other)), {
    repeats: true,
  }),
  ne: compare((a, b) => !isEqual(a, b)),
  lt: compare(isLess),
  le: compare((a, b) => isLess(a, b) || isEqual(a, b)),
  gt: compare((a, b) => !isLess(a, b) && !isEqual(a, b)),
  ge: compare((a, b) => !isLess(a, b)),
  len: define('a', ([value]: [Value]) => lengthOf(value)),
  index: define('aa', ([value, ...keys]: readonly [Value, ...Value[]]) => indexed(value, keys), { repeats: true }),
  slice: define('ai', ([value, ...bounds]: readonly [Value, ...bigint[]]) => sliced(value, bounds), { repeats: true }),
  print: define('a', sprint, { repeats: true }),
  println: define('a', (values: readonly Value[]) => `${values.map(textOfValue).join(' ')}\n`, { repeats: true }),
  printf: define('sa', ([format, ...values]: readonly [string, ...Value[]]) => printf(format, values, textOfValue), {
    repeats: true,
  }),
  html: define('a', (values: readonly Value[]) => escapedHtml(sprint(values)), { repeats: true }),
  urlquery: define('a', (values: readonly Value[]) => encodeURIComponent(sprint(values)).replaceAll('%20', '+'), {
    repeats: true,
  }),
  default: define('aa', ([fallback, value]: [Value, Value]) => (isTrue(value) ? value : fallback), { least: 1 }),
  __line__: define('', (_: [], { line }: TemplateContext) => line),
  __timestamp__: define('', (_: [], { tsNs }: TemplateContext) => ({ tsNs, zone: 'UTC' })),
}

// Random label filters: texts, numbers, durations, sizes and addresses, with `and`, `or`, commas and parentheses.
import type { Random } from '../../storage/random.ts'
import { addressLabelTest, quantityTest, valueTest, type TextOperator, type Unit } from '../plain/filters.ts'
import type { PlainLine } from '../plain/plain-line.ts'
import type { PlainStage } from '../plain/stage.ts'
import { literal, networks } from './line-filters.ts'
import { levels } from './line-texts.ts'

const fields = ['level', 'msg', 'status', 'took', 'size', 'ip', 'path', 'user', 'user_name', 'retries', 'ratio', 'big']
const parsedNames = [...fields, 'lvl', 'method']
const otherNames = ['app', 'namespace', 'pod', 'app_extracted', 'pod_extracted', 'detected_level', 'attempt', 'latency']
const names = [...otherNames, 'trace_id', 'missing']
const comparisons = ['>', '>=', '<', '<=', '==', '!=', '=']

interface Test {
  text: string
  names: readonly string[]
  passes(line: PlainLine): boolean
}

const texts = (random: Random): Test => {
  const name = random.pick(random.int(3) === 0 ? names : parsedNames)
  const [operator, value] = random.pick<() => [TextOperator, string]>([
    () => [random.pick(['=', '!='] as const), random.pick([...levels, 'cart', '200', '', 'ann', "o'neil"])],
    () => [random.pick(['=~', '!~'] as const), random.pick(['err.*', '(?i)INFO|warn', '.+', '.*', '', '5..', '[0-9]+', 'a|b'])],
  ])()
  return textTest(name, operator, value, random)
}

function textTest(name: string, operator: TextOperator, value: string, random: Random): Test {
  const test = valueTest(operator, value)
  return { text: `${name}${operator}${literal(value, random)}`, names: [name], passes: (line) => test(line.textOf(name)) }
}

const quantities: readonly { unit: Unit; names: readonly string[]; values: readonly string[] }[] = [
  {
    unit: 'number',
    names: ['status', 'retries', 'ratio', 'big', 'attempt', 'size'],
    values: ['200', '0.5', '3', '-1', '1e3', '9007199254740993'],
  },
  { unit: 'duration', names: ['took', 'latency'], values: ['1s', '250ms', '0s', '1m30s', '1.5s'] },
  { unit: 'bytes', names: ['size', 'big'], values: ['1KB', '3.2KB', '1MB', '1GiB', '1B', '1PB'] },
]

function quantity(random: Random): Test {
  const { unit, names: some, values } = random.pick(quantities)
  const [name, operator, value] = [random.pick(some), random.pick(comparisons), random.pick(values)]
  return {
    text: `${name} ${operator} ${value}`,
    names: [name],
    passes: quantityTest(name, operator, value, unit),
  }
}

function address(random: Random): Test {
  const [operator, network] = [random.pick(['=', '!=']), random.pick(networks)]
  return {
    text: `ip ${operator} ip(${JSON.stringify(network)})`,
    names: ['ip'],
    passes: addressLabelTest('ip', operator === '!=', network),
  }
}

const errors: readonly (readonly [TextOperator, string])[] = [
  ['=', ''],
  ['!=', ''],
  ['=', 'JSONParserErr'],
  ['=~', '.*Err'],
  ['!=', 'LogfmtParserErr'],
]

const error = (random: Random): Test => textTest('__error__', ...random.pick(errors), random)

const labelTest = (random: Random): Test => random.pick([texts, texts, quantity, quantity, quantity, address, error])(random)

/** Both sides of an `and` are asked, since either may find an error. */
function joined(left: Test, word: ' and ' | ' or ' | ', ', right: Test): Test {
  const all = { text: `${left.text}${word}${right.text}`, names: [...left.names, ...right.names] }
  if (word === ' or ') return { ...all, passes: (line) => left.passes(line) || right.passes(line) }
  return {
    ...all,
    passes: (line) => {
      const passes = left.passes(line)
      return right.passes(line) && passes
    },
  }
}

function one(random: Random): Test {
  if (random.int(6) > 0) return labelTest(random)
  const pair = joined(labelTest(random), random.pick([' and ', ' or '] as const), labelTest(random))
  return { ...pair, text: `(${pair.text})` }
}

export function labelFilter(random: Random): PlainStage {
  const first = one(random)
  const test = random.int(3) === 0 ? joined(first, random.pick([' and ', ' or ', ', '] as const), one(random)) : first
  const { text, names: reads, passes } = test
  return { text: `| ${text}`, reads, run: passes, ...(reads.length === 1 ? { filters: reads[0]! } : {}) }
}

/** `| __error__=""` */
export const noErrors: PlainStage = {
  text: '| __error__=""',
  reads: ['__error__'],
  filters: '__error__',
  run: (line) => line.error === '',
}

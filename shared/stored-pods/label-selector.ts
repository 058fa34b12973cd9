// Pure: parses a labelSelector as k8s.io/apimachinery pkg/labels/selector.go does: `app=cart,tier in (web,
// api),!canary`. An object has to match all requirements. Errors have the words of Kubernetes; who asks renders them in
// the form of its protocol.

/** A selector that is none; the message says what is wrong. */
export class LabelSelectorError extends Error {}

export type LabelRequirement =
  | { operator: 'in' | 'notin'; key: string; values: readonly string[] }
  | { operator: 'exists' | 'absent'; key: string }
  | { operator: 'greater' | 'less'; key: string; bound: bigint }

/** The requirements of a selector; none of an empty one. Throws LabelSelectorError. */
export function parseLabelSelector(text: string): LabelRequirement[] {
  const tokens = tokensOf(text)
  const requirements: LabelRequirement[] = []
  if (tokens.length === 0) return requirements
  const reader = new TokenReader(tokens)
  for (;;) {
    requirements.push(readRequirement(reader))
    const separator = reader.next()
    if (separator === undefined) return requirements
    if (separator !== ',') throw wrong(separator, "',' or 'end of string'")
    if (reader.peek() === undefined) throw wrong('', "identifier after ','")
  }
}

function readRequirement(reader: TokenReader): LabelRequirement {
  if (reader.peek() === '!') {
    reader.next()
    return { operator: 'absent', key: keyOf(reader.next()) }
  }
  const key = keyOf(reader.next())
  const operator = reader.peek()
  if (operator === undefined || operator === ',') return { operator: 'exists', key }
  reader.next()
  switch (operator) {
    case '=':
    case '==':
      return { operator: 'in', key, values: [exactValue(reader)] }
    case '!=':
      return { operator: 'notin', key, values: [exactValue(reader)] }
    case 'in':
    case 'notin':
      return { operator, key, values: values(reader, key) }
    case '>':
      return { operator: 'greater', key, bound: bound(reader) }
    case '<':
      return { operator: 'less', key, bound: bound(reader) }
    default:
      throw wrong(operator, "in, notin, =, ==, !=, gt, lt, or ','")
  }
}

/** The value behind an operator; '' in `app=`. */
function exactValue(reader: TokenReader): string {
  const token = reader.peek()
  if (token === undefined || token === ',') return ''
  reader.next()
  return valueOf(token)
}

function values(reader: TokenReader, key: string): string[] {
  const open = reader.next()
  if (open !== '(') throw wrong(open ?? '', "'('")
  if (reader.peek() === ')')
    throw unparsed(`values for ${JSON.stringify(key)}: for 'in', 'notin' operators, values set can't be empty`)
  const items: string[] = []
  for (let item = ''; ;) {
    const token = reader.next()
    if (token === undefined) throw wrong('', "',', ')' or identifier")
    if (token === ',' || token === ')') {
      items.push(item)
      item = ''
      if (token === ')') return items
    } else {
      if (item !== '') throw wrong(token, "',' or ')'")
      item = valueOf(token)
    }
  }
}

function bound(reader: TokenReader): bigint {
  const token = reader.next() ?? ''
  if (!/^[+-]?\d{1,18}$/.test(token))
    throw unparsed(`for 'Gt', 'Lt' operators, the value must be an integer, not ${quoted(token)}`)
  return BigInt(token.replace('+', ''))
}

const special = '=!(),<>'

function tokensOf(text: string): string[] {
  return text.match(/[=!]=|[=!(),<>]|[^=!(),<>\s]+/g) ?? []
}

class TokenReader {
  readonly tokens: readonly string[]
  at = 0

  constructor(tokens: readonly string[]) {
    this.tokens = tokens
  }

  peek(): string | undefined {
    return this.tokens[this.at]
  }

  next(): string | undefined {
    return this.tokens[this.at++]
  }
}

const name = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/
const subdomain = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/

function keyOf(token: string | undefined): string {
  if (token === undefined || special.includes(token[0]!)) throw wrong(token ?? '', '!, identifier')
  const parts = token.split('/')
  const [prefix, last] = parts.length === 1 ? [undefined, parts[0]!] : [parts[0]!, parts[1]!]
  const isKey =
    parts.length <= 2 && name.test(last) && (prefix === undefined || (prefix.length <= 253 && subdomain.test(prefix)))
  if (!isKey)
    throw unparsed(`key: Invalid value: ${quoted(token)}: must be a qualified name, such as app or example.com/app`)
  return token
}

function valueOf(token: string): string {
  if (special.includes(token[0]!)) throw wrong(token, 'identifier')
  if (!name.test(token))
    throw unparsed(
      `values: Invalid value: ${quoted(token)}: a label's value has up to 63 letters, digits, '-', '_' and '.'`,
    )
  return token
}

const quoted = (token: string): string => JSON.stringify(token.slice(0, 80))

const unparsed = (what: string) => new LabelSelectorError(`unable to parse requirement: ${what}`)
const wrong = (token: string, expected: string) => unparsed(`found '${token.slice(0, 80)}', expected: ${expected}`)

/** Whether an object with these labels is selected. */
export function matchesLabels(
  requirements: readonly LabelRequirement[],
  labels: Readonly<Record<string, string>>,
): boolean {
  return requirements.every((requirement) => {
    const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined
    return fulfils(requirement, value)
  })
}

/**
 * The same of an object that has had several values of a label, each `key=value`: any of them may be the one that is
 * required, and none may be one that is excluded.
 */
export function matchesLabelLists(requirements: readonly LabelRequirement[], had: readonly string[]): boolean {
  return requirements.every((requirement) => {
    const begin = `${requirement.key}=`
    const own = had.filter((one) => one.startsWith(begin)).map((one) => one.slice(begin.length))
    if (isExcluding(requirement)) return own.every((value) => fulfils(requirement, value))
    return own.some((value) => fulfils(requirement, value))
  })
}

/** Whether objects without the label fulfil it. */
const isExcluding = ({ operator }: LabelRequirement): boolean => operator === 'notin' || operator === 'absent'

function fulfils(requirement: LabelRequirement, value: string | undefined): boolean {
  switch (requirement.operator) {
    case 'in':
      return value !== undefined && requirement.values.includes(value)
    case 'notin':
      return value === undefined || !requirement.values.includes(value)
    case 'exists':
      return value !== undefined
    case 'absent':
      return value === undefined
    case 'greater':
      return isInt64(value) && BigInt(value) > requirement.bound
    case 'less':
      return isInt64(value) && BigInt(value) < requirement.bound
  }
}

/** Kubernetes compares labels as whole numbers of 64 bits: strconv.ParseInt. */
const isInt64 = (value: string | undefined): value is string =>
  value !== undefined && /^[+-]?\d{1,63}$/.test(value) && BigInt.asIntN(64, BigInt(value)) === BigInt(value)

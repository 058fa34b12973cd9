// {{ .a | lower | trunc 8 }}  {{ Replace .a "x" "y" -1 }}  {{ regexReplaceAll "(a+)" .b "$1" }}
// Functions of text. The ones with capitals are the old names.
import { bytesOf } from '../syntax/literals.ts'
import { goDurationNs } from '../pipeline/go-numbers.ts'
import { units } from '../pipeline/line-work.ts'
import { compileRegex, expandGroups, type Regex } from '../regex.ts'
import { define, textMax, type TemplateContext, type TemplateFunction } from './template-functions.ts'
import { TemplateError, type Value } from './template-value.ts'

const trimBy = (cut: (text: string, chars: ReadonlySet<string>) => string) =>
  define('ss', ([text, chars]: [string, string]) => cut(text, new Set(chars)))

function trimStart(text: string, chars: ReadonlySet<string>): string {
  const list = Array.from(text)
  const from = list.findIndex((char) => !chars.has(char))
  return from < 0 ? '' : list.slice(from).join('')
}

function trimEnd(text: string, chars: ReadonlySet<string>): string {
  const list = Array.from(text)
  return list.slice(0, list.findLastIndex((char) => !chars.has(char)) + 1).join('')
}

const trimBoth = (text: string, chars: ReadonlySet<string>): string => trimEnd(trimStart(text, chars), chars)

const withoutPrefix = (text: string, prefix: string): string =>
  prefix !== '' && text.startsWith(prefix) ? text.slice(prefix.length) : text
const withoutSuffix = (text: string, suffix: string): string =>
  suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text

/** Of expressions in templates: few are there, and each stands for every line. */
const expressions = new Map<string, Regex>()

function regexOf(pattern: string): Regex {
  const known = expressions.get(pattern)
  if (known !== undefined) return known
  try {
    const regex = compileRegex(pattern)
    if (expressions.size >= 100) expressions.clear()
    expressions.set(pattern, regex)
    return regex
  } catch (error) {
    throw new TemplateError(`error parsing regexp: ${error instanceof Error ? error.message : pattern}`)
  }
}

const tooLong = (): Error => new TemplateError(`a text of more than ${textMax} characters was made`)

const sized = (text: string): string => {
  if (text.length > textMax) throw tooLong()
  return text
}

/** One character for one, as Go has it: ß stays ß. */
const upperOf = (char: string): string => (Array.from(char.toUpperCase()).length === 1 ? char.toUpperCase() : char)
const lowerOf = (char: string): string => Array.from(char.toLowerCase())[0] ?? char

const chars = (text: string): string[] => Array.from(text)

function repeated(count: bigint, text: string): string {
  if (count < 0n) throw new TemplateError('strings: negative Repeat count')
  if (count * BigInt(text.length) > BigInt(textMax)) throw new TemplateError('repeat makes too long a text')
  return text.repeat(Number(count))
}

const indented = (spaces: bigint, text: string): string => {
  const pad = repeated(spaces, ' ')
  return sized(pad + text.replaceAll('\n', `\n${pad}`))
}

function aligned(count: bigint, text: string, atRight: boolean): string {
  const list = chars(text)
  const size = Number(count)
  if (size < 0) return text
  if (size > textMax) throw new TemplateError('align makes too long a text')
  if (list.length > size) return (atRight ? list.slice(list.length - size) : list.slice(0, size)).join('')
  const pad = ' '.repeat(size - list.length)
  return atRight ? pad + text : text + pad
}

/** `trunc` and `substr` count characters, and cut none of them. */
function truncated(count: bigint, text: string): string {
  const [list, size] = [chars(text), Number(count)]
  if (size >= 0) return list.slice(0, size).join('')
  return list.length + size > 0 ? list.slice(size).join('') : text
}

function substring(start: bigint, end: bigint, text: string): string {
  if (start < 0n && end < 0n) return ''
  const list = chars(text)
  return list.slice(start < 0n ? 0 : Number(start), end < 0n ? list.length : Number(end)).join('')
}

/** The first `count` times, or each time where it is below 0. */
function replaced(text: string, from: string, to: string, count = -1n): string {
  const parts = from === '' ? ['', ...chars(text), ''] : text.split(from)
  const times = count < 0n || count > BigInt(parts.length - 1) ? parts.length - 1 : Number(count)
  if (times * to.length > textMax) throw tooLong()
  if (times === parts.length - 1) return parts.join(to)
  return parts.slice(0, times + 1).join(to) + from + parts.slice(times + 1).join(from)
}

function decodedQuery(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new TemplateError(`invalid URL escape in ${JSON.stringify(text)}`)
  }
}

const encodedQuery = (text: string): string =>
  encodeURIComponent(text)
    .replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')

function parsedJson(text: string): Value {
  try {
    return valueOfJson(JSON.parse(text))
  } catch {
    return undefined
  }
}

function valueOfJson(json: unknown): Value {
  if (Array.isArray(json)) return json.map(valueOfJson)
  if (typeof json === 'object' && json !== null)
    return new Map(Object.entries(json).map(([key, value]) => [key, valueOfJson(value)]))
  return typeof json === 'string' || typeof json === 'number' || typeof json === 'boolean' ? json : null
}

const title = (text: string): string =>
  text.replaceAll(/(^|[^\p{L}\p{N}_'])(\p{L})/gu, (_, a: string, b: string) => a + upperOf(b))

const lower = define('s', ([text]: [string]) =>
  text.replaceAll(/[A-Z]+|[\u0080-\u{10FFFF}]/gu, (part) => (part < '\u0080' ? part.toLowerCase() : lowerOf(part))),
)
const upper = define('s', ([text]: [string]) =>
  text.replaceAll(/[a-z]+|[\u0080-\u{10FFFF}]/gu, (part) => (part < '\u0080' ? part.toUpperCase() : upperOf(part))),
)

/** `make` gives what stands for a match. */
function replacedMatches(
  regex: Regex,
  text: string,
  { work }: TemplateContext,
  make: (groups: readonly string[]) => string,
): string {
  work.spend(regex.unitsFor(text))
  let made = 0
  return sized(
    regex.replaceAll(text, (groups) => {
      const replacement = make(groups)
      made += replacement.length
      work.spend(units.item + units.char * replacement.length)
      if (made > textMax) throw tooLong()
      return replacement
    }),
  )
}

export const textFunctions: Readonly<Record<string, TemplateFunction>> = {
  ToLower: lower,
  ToUpper: upper,
  lower,
  upper,
  title: define('s', ([text]: [string]) => title(text)),
  Replace: define('sssi', ([text, from, to, n]: [string, string, string, bigint]) =>
    sized(replaced(text, from, to, n)),
  ),
  replace: define('sss', ([from, to, text]: [string, string, string]) => sized(replaced(text, from, to))),
  Trim: trimBy(trimBoth),
  TrimLeft: trimBy(trimStart),
  TrimRight: trimBy(trimEnd),
  TrimPrefix: define('ss', ([text, prefix]: [string, string]) => withoutPrefix(text, prefix)),
  TrimSuffix: define('ss', ([text, suffix]: [string, string]) => withoutSuffix(text, suffix)),
  TrimSpace: define('s', ([text]: [string]) => text.trim()),
  trim: define('s', ([text]: [string]) => text.trim()),
  trimAll: define('ss', ([set, text]: [string, string]) => trimBoth(text, new Set(set))),
  trimPrefix: define('ss', ([prefix, text]: [string, string]) => withoutPrefix(text, prefix)),
  trimSuffix: define('ss', ([suffix, text]: [string, string]) => withoutSuffix(text, suffix)),
  trunc: define('is', ([count, text]: [bigint, string]) => truncated(count, text)),
  substr: define('iis', ([start, end, text]: [bigint, bigint, string]) => substring(start, end, text)),
  alignLeft: define('is', ([count, text]: [bigint, string]) => aligned(count, text, false)),
  alignRight: define('is', ([count, text]: [bigint, string]) => aligned(count, text, true)),
  indent: define('is', ([spaces, text]: [bigint, string]) => indented(spaces, text)),
  nindent: define('is', ([spaces, text]: [bigint, string]) => `\n${indented(spaces, text)}`),
  repeat: define('is', ([count, text]: [bigint, string]) => repeated(count, text)),
  contains: define('ss', ([part, text]: [string, string]) => text.includes(part)),
  hasPrefix: define('ss', ([prefix, text]: [string, string]) => text.startsWith(prefix)),
  hasSuffix: define('ss', ([suffix, text]: [string, string]) => text.endsWith(suffix)),
  b64enc: define('s', ([text]: [string]) => Buffer.from(text).toString('base64')),
  b64dec: define('s', ([text]: [string]) => Buffer.from(text, 'base64').toString('utf8')),
  urlencode: define('s', ([text]: [string]) => encodedQuery(text)),
  urldecode: define('s', ([text]: [string]) => decodedQuery(text)),
  regexReplaceAll: define('sss', ([pattern, text, to]: [string, string, string], context) => {
    const regex = regexOf(pattern)
    return replacedMatches(regex, text, context, (groups) => expandGroups(to, groups, regex))
  }),
  regexReplaceAllLiteral: define('sss', ([pattern, text, to]: [string, string, string], context) =>
    replacedMatches(regexOf(pattern), text, context, () => to),
  ),
  count: define('ss', ([pattern, text]: [string, string], context) => {
    let count = 0n
    replacedMatches(regexOf(pattern), text, context, () => {
      count += 1n
      return ''
    })
    return count
  }),
  fromJson: define('s', ([text]: [string]) => parsedJson(text)),
  bytes: define('s', ([text]: [string]) => {
    const value = bytesOf(text.trim())
    if (value === undefined) throw new TemplateError(`${JSON.stringify(text)} is no size in bytes`)
    return value
  }),
  duration: define('s', ([text]: [string]) => secondsOf(text)),
  duration_seconds: define('s', ([text]: [string]) => secondsOf(text)),
}

function secondsOf(text: string): number {
  const parsed = goDurationNs(text)
  if (parsed.value === undefined) throw new TemplateError(parsed.error)
  return parsed.value / 1e9
}

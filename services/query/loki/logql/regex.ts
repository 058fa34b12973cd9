// Regular expressions of RE2, matched in linear time however hostile they are (re2js has RE2's syntax and its way).
import { RE2JS } from 're2js'
import { regexCost, type RegexCost } from '#query/search/regex-cost.ts'
import { units } from './pipeline/line-work.ts'

export interface Regex {
  /** Whether it matches anywhere. */
  test(text: string): boolean
  /** The whole match and its groups, '' for those that are not in it; undefined where it does not match. */
  groups(text: string): string[] | undefined
  replaceAll(text: string, replacement: (groups: readonly string[]) => string): string
  /** By number; the names that the groups have. */
  readonly names: ReadonlyMap<number, string>
  readonly groupCount: number
  /** Of a line's work, to match a text: see pipeline/line-work.ts. */
  unitsFor(text: string): number
}

const regexLengthMax = 1000
/** What the engine takes to compile it, and in how many states it may be: services/query/search/check-cost.ts. */
const microsMax = 16_500
const statesMax = 500

/** Whether the engine takes too long to compile or to match these expressions together. */
export function regexesTooLarge(patterns: readonly string[]): boolean {
  return areTooLarge(patterns.map(regexCost))
}

function areTooLarge(costs: readonly RegexCost[]): boolean {
  const sum = (of: (cost: RegexCost) => number): number => costs.reduce((total, cost) => total + of(cost), 0)
  return sum(({ micros }) => micros) > microsMax || sum(({ states }) => states) > statesMax
}

/** Throws where the pattern is no expression. */
export function compileRegex(pattern: string): Regex {
  if (pattern.length > regexLengthMax + 20)
    throw new Error(
      `the regular expression is ${pattern.length} characters long, at most ${regexLengthMax} are allowed`,
    )
  const cost = regexCost(pattern)
  if (areTooLarge([cost]))
    throw new Error(
      'the regular expression is too large: classes such as \\p{L} may stand 20 times in it, and what is repeated may ' +
        `have ${statesMax} copies, as in .{${statesMax}}; write .* or \\S+ instead`,
    )
  let re2: RE2JS
  try {
    re2 = RE2JS.compile(pattern)
  } catch (error) {
    throw new Error(error instanceof Error ? error.message : 'error parsing regexp', { cause: error })
  }
  const groupCount = re2.groupCount()
  const names = new Map(Object.entries(re2.namedGroups()).map(([name, index]) => [index, name]))
  const unitsOfChar = units.char + cost.states
  return {
    names,
    groupCount,
    unitsFor: ({ length }) => unitsOfChar * length,
    test: (text) => re2.test(text),
    groups(text) {
      const matcher = re2.matcher(text)
      if (!matcher.find()) return undefined
      return Array.from({ length: groupCount + 1 }, (_, i) => matcher.group(i) ?? '')
    },
    replaceAll(text, replacement) {
      const matcher = re2.matcher(text)
      let result = ''
      let end = 0
      while (matcher.find()) {
        const groups = Array.from({ length: groupCount + 1 }, (_, i) => matcher.group(i) ?? '')
        result += text.slice(end, matcher.start()) + replacement(groups)
        end = matcher.end()
      }
      return result + text.slice(end)
    },
  }
}

/** `$1`, `${1}`, `${name}` and `$$` of a replacement, with the groups of a match. */
export const expandGroups = (template: string, groups: readonly string[], { names }: Pick<Regex, 'names'>): string =>
  template.replaceAll(/\$(?:\$|(\w+)|\{(\w+)\})/g, (text, plain?: string, braced?: string) => {
    if (text === '$$') return '$'
    const name = plain ?? braced!
    if (/^\d+$/.test(name)) return groups[Number(name)] ?? ''
    const index = [...names].find(([, own]) => own === name)?.[0]
    return index === undefined ? '' : (groups[index] ?? '')
  })

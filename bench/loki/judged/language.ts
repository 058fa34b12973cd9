// The part of LogQL, and of the texts of lines, that Loki 2.2 and the documentation of later versions read alike. What
// is left out here is compared with the plain evaluation (../proof.ts), and its differences are named by
// ../cases/on-purpose.ts.

export type Tenant = 'logfmt' | 'json' | 'others'

/** A label compared with a number, a duration or a size. */
const numberTest = /\b\w+ ([<>]=?|[!=]?=) -?[\d.]/g

/**
 * Expressions with `logfmt` are asked about lines that it reads. Those with `json` and a filter of numbers are asked
 * about objects: Loki 2.2 lets any line through such a filter that a parser has not read; and with paths, since it takes
 * `2001:db8::1` for the number 2001.
 */
export function tenantOf(query: string): Tenant {
  if (/\blogfmt\b/.test(query)) return 'logfmt'
  const needsObjects = /\bjson \w+=/.test(query) || (/\b(json|unpack)\b/.test(query) && testsOf(query) > 0)
  return needsObjects ? 'json' : 'others'
}

const testsOf = (query: string): number => query.match(numberTest)?.length ?? 0

export const tenantsOf: ReadonlyMap<Tenant, (message: string) => boolean> = new Map([
  ['logfmt', isPlainLogfmt],
  ['json', (text) => text.startsWith('{') && isPlainJson(text)],
  ['others', isPlainJson],
])

/** No key without a value, and none twice. */
function isPlainLogfmt(text: string): boolean {
  const pairs = text.match(/[^\s="{}]+=("([^"\\]|\\.)*"|[^\s"=\\]+)(?=\s|$)/g) ?? []
  const keys = pairs.map((pair) => pair.split('=')[0])
  return pairs.length > 0 && pairs.join(' ') === text && new Set(keys).size === keys.length
}

/** No JSON at all, or an object without empty names. */
function isPlainJson(text: string): boolean {
  if (!/^\s*(["[{\d-]|null|true|false)/.test(text)) return true
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) && !text.includes('"":')
  } catch {
    return /^\d/.test(text)
  }
}

const leftOut: readonly (readonly [query: RegExp, why: string])[] = [
  [/\| (decolorize|drop|keep|pattern)\b/, 'a stage of later versions, which Loki 2.2 reads as a filter of a label'],
  [/(by|without) \(\)/, 'an empty grouping, which Loki 2.2 writes as none'],
  [/bool (on|ignoring|[a-z_]+ (by|without)|[a-z_]+ ?\()/, 'bool between vectors: what finds no match'],
  [/(^|\()\s*-?[\d.e+]+ ([<>]=?|[!=]=) (?!bool)/, 'a number compared with a vector, of which Loki 2.2 keeps the number'],
  [/(line_format|unpack).*\| (json|logfmt|unpack)/, 'a parser of made text'],
  [/\| (json|logfmt|unpack|regexp).*\| (json|logfmt|unpack|regexp)/, 'a parser behind another, of which the first counts'],
  [/\bunwrap (?!.*__error__)/, 'unwrap of a label that may be missing, an error in Loki 2.2'],
  [/quantile_over_time\((1\.[^,0]|-)/, 'quantiles beyond 0 and 1'],
]

/** Undefined where an expression is asked. */
export function whyLeftOut(query: string): string | undefined {
  if (testsOf(query) > 1 && /\| (json|logfmt|regexp|unpack)/.test(query)) return 'a filter of numbers behind one that may fail'
  return leftOut.find(([pattern]) => pattern.test(query))?.[1]
}

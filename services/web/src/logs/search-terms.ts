// Pure: search text that selects or excludes a value (docs/search.md), and its place in a text that is there already.

/** As the search reads a name before a colon. */
const namePattern = /^@?[\p{L}_](?:[\p{L}\p{M}\p{N}_/-]|\.@?)*$/u

/** Undefined for a name that no search text can have. */
export const fieldTerm = (field: string, value: string): string | undefined =>
  namePattern.test(field) && !/^(and|or|not)$/i.test(field) ? `${field}:${quoted(value)}` : undefined

export const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`

/** The text that has to match this term too. */
export function withTerm(text: string | undefined, term: string): string {
  const before = text?.trim() ?? ''
  if (before === '' || before === '*') return term
  if (hasTerm(before, term)) return before
  return `${hasAlternatives(before) ? `(${before})` : before} ${term}`
}

const hasTerm = (text: string, term: string): boolean =>
  text === term || text.startsWith(`${term} `) || text.endsWith(` ${term}`) || text.includes(` ${term} `)

/** Whether OR stands outside quotes; inside an expression it only costs parentheses. */
const hasAlternatives = (text: string): boolean => /\bOR\b/.test(text.replaceAll(/"(?:\\.|[^"\\])*"/g, ''))

/** Text that finds the lines of a pattern, and those that are like it: its fixed pieces, as phrases. */
export function patternText(pattern: string): string {
  const pieces = pattern.split('<_>')
  return pieces
    .map((piece, i) => wholeWords(piece, i > 0, i < pieces.length - 1).trim())
    .filter((piece) => /[\p{L}\p{N}]/u.test(piece))
    .toSorted((a, b) => b.length - a.length)
    .slice(0, termsMax)
    .map(quoted)
    .join(' ')
}

/** Pieces of a pattern that are searched for: the longest tell it from others. */
const termsMax = 8

/** Without the half of a word at an end where something that varies follows at once. */
function wholeWords(piece: string, isCutBefore: boolean, isCutAfter: boolean): string {
  const begun = isCutBefore ? piece.replace(/^[\p{L}\p{M}\p{N}]+/u, '') : piece
  return isCutAfter ? begun.replace(/[\p{L}\p{M}\p{N}]+$/u, '') : begun
}

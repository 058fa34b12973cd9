// /time(d )?out/  /(?i)refused/
// A regular expression of RE2 matches anywhere in the text, with the case as written. The engine compiles it: a mistake
// is the engine's error 427 (CANNOT_COMPILE_REGEXP).
import { invalidParameter } from '#shared/errors.ts'
import { sql, str, type Fragment } from '#shared/clickhouse/sql.ts'
import type { SearchNode } from './syntax/search-node.ts'
import { unicodeClassesOf } from './unicode-classes.ts'

const regexLengthMax = 1000
/** Of a search text as a whole. */
const unicodeClassesMax = 20

/** True where `value` matches. Throws 400 on a pattern that is too long. */
export function regexSql(value: Fragment, pattern: string, position: number): Fragment {
  if (pattern.length > regexLengthMax)
    throw invalidParameter(
      'q',
      `the regular expression at position ${position} is ${pattern.length} characters long: ` +
        `at most ${regexLengthMax} are allowed; put the text in quotes to search for it as it stands`,
      position,
    )
  // The backslash before a slash belongs to the search text, not to the regular expression.
  return sql`match(${value}, ${str(pattern.replaceAll(String.raw`\/`, '/'))})`
}

/** Throws 400 where the expressions of a search have so many Unicode classes that compiling them takes very long. */
export function checkUnicodeClasses(node: SearchNode): void {
  let classes = 0
  for (const { pattern, position } of expressionsOf(node)) {
    classes += pattern.length > regexLengthMax ? 0 : unicodeClassesOf(pattern)
    if (classes > unicodeClassesMax)
      throw invalidParameter(
        'q',
        `the regular expression at position ${position} is too large: classes such as \\p{L} may stand ` +
          `${unicodeClassesMax} times in a search, repetitions counted; write \\p{L}+ or \\S{1,40} instead`,
        position,
      )
  }
}

function expressionsOf(node: SearchNode): { pattern: string; position: number }[] {
  if (node.kind === 'and' || node.kind === 'or') return node.terms.flatMap(expressionsOf)
  if (node.kind === 'not') return expressionsOf(node.term)
  if (node.kind === 'regex') return [node]
  return node.kind === 'field' && node.test.op === 'regex' ? [{ ...node.test, position: node.position }] : []
}

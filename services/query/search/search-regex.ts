// /time(d )?out/  /(?i)refused/
// A regular expression of RE2 matches anywhere in the text, with the case as written. The engine compiles it: a mistake
// is the engine's error 427 (CANNOT_COMPILE_REGEXP).
import { invalidParameter } from '#shared/errors.ts'
import { raw, sql, str, type Fragment } from '#shared/clickhouse/sql.ts'

export const regexLengthMax = 1000

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

/** In the message as it is stored, where bytes that are no text are U+FFFD: RE2 has no character for them. */
export const messageRegexSql = (pattern: string, position: number): Fragment =>
  sql`if(isValidUTF8(message), ${regexSql(raw('message'), pattern, position)},
    ${regexSql(raw('toValidUTF8(message)'), pattern, position)})`

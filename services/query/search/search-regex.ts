// /time(d )?out/  /(?i)refused/
// A regular expression of RE2 matches anywhere in the text, with the case as written. The engine compiles it: a mistake
// is the engine's error 427 (CANNOT_COMPILE_REGEXP).
import { invalidParameter } from '#shared/errors.ts'
import { sql, str, type Fragment } from '#shared/clickhouse/sql.ts'

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

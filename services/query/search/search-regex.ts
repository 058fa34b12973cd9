// /time(d )?out/  /(?i)refused/
// RE2, case-sensitive as written, anywhere in the text. The engine compiles it: a mistake is its error 427 (CANNOT_COMPILE_REGEXP).
import { invalidParameter } from '#shared/errors.ts'
import { sql, str, type Fragment } from '#shared/clickhouse/sql.ts'

const regexLengthMax = 1000

/** True where `value` matches. Fails on a pattern that is too long. */
export function regexSql(value: Fragment, pattern: string, position: number): Fragment {
  if (pattern.length > regexLengthMax)
    throw invalidParameter(
      'q',
      `the regular expression at position ${position} is ${pattern.length} characters long: at most ${regexLengthMax} are allowed; put the text in quotes to search for it as it stands`,
      position,
    )
  // A slash is escaped for the search text alone.
  return sql`match(${value}, ${str(pattern.replaceAll(String.raw`\/`, '/'))})`
}

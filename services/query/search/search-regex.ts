// /time(d )?out/  /(?i)refused/
// A regular expression of RE2 matches anywhere in the text, with the case as written.
import { invalidParameter } from '#shared/errors.ts'
import { sql, str, type Fragment } from '#shared/clickhouse/sql.ts'
import { regexMistake } from './regex-mistake.ts'

export const regexLengthMax = 1000

/** True where `value` matches. `position`: of the term. Throws 400 on a pattern that is too long, or is none. */
export function regexSql(value: Fragment, pattern: string, position: number): Fragment {
  return sql`match(${value}, ${str(checked(pattern, position))})`
}

/** In the message as it is stored, where bytes that are no text are U+FFFD: RE2 has no character for them. */
export function messageRegexSql(pattern: string, position: number): Fragment {
  const expression = str(checked(pattern, position))
  return sql`if(isValidUTF8(message), match(message, ${expression}), match(toValidUTF8(message), ${expression}))`
}

function checked(pattern: string, position: number): string {
  if (pattern.length > regexLengthMax)
    throw invalidParameter(
      'q',
      `the regular expression at position ${position} is ${pattern.length} characters long: ` +
        `at most ${regexLengthMax} are allowed; put the text in quotes to search for it as it stands`,
      position,
    )
  const mistake = regexMistake(pattern)
  if (mistake !== undefined)
    throw invalidParameter(
      'q',
      `the regular expression at position ${position} is none: ${mistake.reason} (its character ${mistake.at}, ` +
        'counted from 0). Put the text in quotes to search for it as it stands',
      position,
    )
  // The backslash before a slash belongs to the search text, not to the regular expression.
  return pattern.replaceAll(String.raw`\/`, '/')
}

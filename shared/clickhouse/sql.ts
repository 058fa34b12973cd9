// SQL is composed, never concatenated: the `sql` tag yields text with typed placeholders ({p0:String}) and their
// values, which the engine binds. Identifiers come only from the literal text of a template, or from closed lists
// through `raw`.

export interface Sql {
  readonly text: string
  readonly params: Readonly<Record<string, unknown>>
}

/** A value with its ClickHouse type, which the engine binds. */
export interface Bound {
  readonly type: string
  readonly value: unknown
}

class Fragment {
  readonly strings: readonly string[]
  readonly values: readonly (Bound | Fragment)[]
  /** The name of a whole statement in metrics. */
  readonly name: string
  constructor(strings: readonly string[], values: readonly (Bound | Fragment)[], name = 'unnamed') {
    this.strings = strings
    this.values = values
    this.name = name
  }
}
export type { Fragment }

/** A server reads no quoted numbers in a list. Here it may have them as text. */
export const bind = (type: string, value: unknown): Bound => ({
  type,
  value:
    /^Array\(U?Int/.test(type) && Array.isArray(value)
      ? value.map((each: string | number | bigint) => BigInt(each))
      : value,
})
export const str = (value: string): Bound => bind('String', value)
export const strs = (values: readonly string[]): Bound => bind('Array(String)', values)
export const int = (value: number | bigint): Bound => bind('Int64', String(value))
export const uint = (value: number | bigint): Bound => bind('UInt64', String(value))

/** Makes a piece of SQL: `sql\`pod = ${str(name)}\``. Pieces nest. */
export function sql(strings: TemplateStringsArray, ...values: readonly (Bound | Fragment)[]): Fragment {
  return new Fragment(strings, values)
}

/**
 * Names a whole statement, for metrics and the search for slow queries: `statement('pod-page', sql\`SELECT …\`)`. The
 * name is a literal in kebab case, the same for all bound values, since each name makes a series of metrics.
 */
export function statement(name: string, { strings, values }: Fragment): Fragment {
  return new Fragment(strings, values, name)
}

/** Binds an RFC 3339 time in UTC as a DateTime64(9, 'UTC'). */
export const instant = (time: string): Bound => bind("DateTime64(9, 'UTC')", time.replace('T', ' ').replace('Z', ''))

/** Makes a DateTime64(3, 'UTC') from epoch ms. */
export const milliseconds = (ms: number): Fragment => sql`fromUnixTimestamp64Milli(${int(Math.trunc(ms))}, 'UTC')`

/** Makes a piece of trusted text, which must come from this code base, never from a request. */
export function raw(text: string): Fragment {
  return new Fragment([text], [])
}

/** Joins pieces with a trusted separator between them: `join(conditions, ' AND ')`. */
export function join(pieces: readonly Fragment[], separator: string): Fragment {
  if (pieces.length === 0) return raw('')
  return new Fragment(['', ...Array.from({ length: pieces.length - 1 }, () => separator), ''], pieces)
}

/** Returns the text and the parameters of a composed statement. */
export function compile(fragment: Fragment): Sql {
  const params: Record<string, unknown> = {}
  let count = 0
  const write = (piece: Fragment): string => {
    let text = piece.strings[0] ?? ''
    piece.values.forEach((value, i) => {
      if (value instanceof Fragment) text += write(value)
      else {
        const name = `p${count++}`
        params[name] = value.value
        text += `{${name}:${value.type}}`
      }
      text += piece.strings[i + 1] ?? ''
    })
    return text
  }
  return { text: write(fragment), params }
}

/** A text that two statements have only if they are the same, with the same values. */
export const nameOfStatement = (fragment: Fragment): string =>
  JSON.stringify(compile(fragment), (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))

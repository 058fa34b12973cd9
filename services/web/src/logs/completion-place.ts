// Pure: what may be completed where the cursor stands in a search text: the name of a field, or a value of one.
import { searchTokens } from './search-tokens.ts'

export interface CompletionPlace {
  /** Undefined: a name is completed. */
  field: string | undefined
  /** What a completion replaces, up to the cursor. */
  from: number
  prefix: string
  /** The text without the term at the cursor, as the search in whose lines to look; undefined: in all lines. */
  rest: string | undefined
}

export function completionPlace(text: string, cursor: number): CompletionPlace | undefined {
  const tokens = searchTokens(text)
  const at = tokens.findIndex(({ from, to }) => from < cursor && cursor <= to)
  const token = tokens[at]
  if (token === undefined) return { field: undefined, from: cursor, prefix: '', rest: restOf(text, cursor, cursor) }
  const written = text.slice(token.from, cursor)
  const before = tokens[at - 1]
  if (token.kind === 'field' && cursor === token.to)
    return {
      field: written.slice(0, -1),
      from: cursor,
      prefix: '',
      rest: restOf(text, token.from, tokenEnd(tokens, at)),
    }
  const isValue = before?.kind === 'field' && before.to === token.from
  if (isValue && (token.kind === 'value' || token.kind === 'phrase'))
    return {
      field: text.slice(before.from, before.to - 1),
      from: token.from,
      prefix: written.replace(/^"/, '').replaceAll(/\\(.)/g, '$1'),
      rest: restOf(text, before.from, token.to),
    }
  if (token.kind === 'text') {
    // The colon of a field without a value is no token yet.
    const name = /^(@?[\p{L}_][\p{L}\p{M}\p{N}_/.-]*):$/u.exec(written)?.[1]
    return {
      field: name,
      from: name === undefined ? token.from : cursor,
      prefix: name === undefined ? written : '',
      rest: restOf(text, token.from, token.to),
    }
  }
  return undefined
}

const tokenEnd = (tokens: ReturnType<typeof searchTokens>, at: number): number =>
  tokens[at + 1]?.from === tokens[at]!.to ? tokens[at + 1]!.to : tokens[at]!.to

/** Where terms are alternatives, or one stands in parentheses, the text without it may be none. */
function restOf(text: string, from: number, to: number): string | undefined {
  const before = text.slice(0, from).replace(/-$/, '').trim()
  const rest = `${before} ${text.slice(to).trim()}`.trim()
  const kinds = searchTokens(rest)
  const isSimple = kinds.every(
    ({ kind, from: start, to: end }) => kind !== 'paren' && !/^(?:AND|OR|NOT)$/.test(rest.slice(start, end)),
  )
  return isSimple && rest !== '' ? rest : undefined
}

// | regexp "(?P<name>…)" and | pattern "<name> <_>": captures become labels. |> and !> test the whole line.
import { plainRegex, type PlainLine } from './plain-line.ts'

export function parseRegexp(line: PlainLine, pattern: string): boolean {
  const groups = plainRegex(pattern).exec(line.text)?.groups ?? {}
  return takeAll(line, Object.entries(groups))
}

export function parsePattern(line: PlainLine, pattern: string): boolean {
  return takeAll(line, captured(piecesOf(pattern), line.text))
}

const takeAll = (line: PlainLine, found: readonly (readonly [string, string | undefined])[]): boolean =>
  found.every(([name, value = '']) => line.found(name, value) !== 'does not pass')

/** Texts at even places, names of captures at odd ones. */
const piecesOf = (pattern: string): string[] => pattern.split(/<(\w+)>/)

function captured(pieces: readonly string[], line: string): [string, string][] {
  const [start = ''] = pieces
  const found: [string, string][] = []
  if (line === '' || !line.startsWith(start)) return found
  let rest = line.slice(start.length)
  for (let i = 1; i < pieces.length; i += 2) {
    const next = pieces[i + 1]!
    const end = next === '' ? -1 : rest.indexOf(next)
    if (pieces[i] !== '_') found.push([pieces[i]!, end < 0 ? rest : rest.slice(0, end)])
    // Where the text behind is missing, the capture is the rest.
    if (end < 0) return found
    rest = rest.slice(end + next.length)
  }
  return found
}

/** Each capture takes one character or more, as few as there can be; the first text begins the line. */
export function matchesPattern(line: string, pattern: string): boolean {
  const pieces = piecesOf(pattern)
  const [start = ''] = pieces
  if (line === '') return false
  let at = line.startsWith(start) ? start.length : -1
  // A filter's pattern that begins with a text finds it anywhere.
  if (at < 0) at = line.includes(start) ? line.indexOf(start) + start.length : -1
  if (at < 0) return false
  for (let i = 2; i < pieces.length; i += 2) {
    const text = pieces[i]!
    if (text === '') return at < line.length
    const found = line.indexOf(text, at)
    if (found < 0 || found === at) return false
    at = found + text.length
  }
  return at === line.length
}

// <ip> - <_> "<method> <path> <_>"
// Captures and the text between them. A parser's pattern must have a name, a filter's has none but `<_>`.

/** A text, or a capture; `_` is one that nobody needs. */
type Part = { text: string } | { capture: string }

function partsOf(pattern: string): Part[] {
  const parts: Part[] = []
  let end = 0
  for (const match of pattern.matchAll(/<([A-Za-z_]\w*)>/g)) {
    if (match.index > end) parts.push({ text: pattern.slice(end, match.index) })
    if (parts.at(-1) !== undefined && 'capture' in parts.at(-1)!)
      throw new Error(`found consecutive capture '${(parts.at(-1) as { capture: string }).capture}' and '${match[1]}'`)
    parts.push({ capture: match[1]! })
    end = match.index + match[0].length
  }
  if (end < pattern.length) parts.push({ text: pattern.slice(end) })
  return parts
}

/** Throws where the pattern is none. */
export function parserPattern(pattern: string): (line: string) => [name: string, value: string][] {
  const parts = partsOf(pattern)
  const names = parts.flatMap((part) => ('capture' in part && part.capture !== '_' ? [part.capture] : []))
  if (names.length === 0) throw new Error('at least one capture is required')
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw new Error(`duplicate capture name (${twice}): invalid expression`)
  return (line) => captured(parts, line)
}

function captured(parts: readonly Part[], line: string): [string, string][] {
  const values: [string, string][] = []
  if (line === '') return values
  let at = 0
  let i = 0
  const [first] = parts
  if (first !== undefined && 'text' in first) {
    if (!line.startsWith(first.text)) return values
    at = first.text.length
    i = 1
  }
  for (; i < parts.length; i += 2) {
    const { capture } = parts[i] as { capture: string }
    const next = parts[i + 1] as { text: string } | undefined
    const end = next === undefined ? -1 : line.indexOf(next.text, at)
    if (capture !== '_') values.push([capture, end < 0 ? line.slice(at) : line.slice(at, end)])
    if (end < 0) return values
    at = end + next!.text.length
  }
  return values
}

/** Throws where the pattern is none. */
export function filterPattern(pattern: string): (line: string) => boolean {
  const parts = partsOf(pattern)
  const named = parts.find((part) => 'capture' in part && part.capture !== '_')
  if (named !== undefined)
    throw new Error(`named captures are not allowed: found '<${(named as { capture: string }).capture}>'`)
  return (line) => {
    if (line === '' || parts.length === 0) return line === '' && parts.length === 0
    let at = 0
    for (const [i, part] of parts.entries()) {
      if ('capture' in part) continue
      const found = line.indexOf(part.text, at)
      if (found < 0 || (i > 0 && found === at)) return false
      at = found + part.text.length
    }
    const endsOpen = 'capture' in parts.at(-1)!
    return endsOpen === at < line.length
  }
}

/** The texts of a filter's pattern, and whether a capture stands before the first and behind the last. */
export function filterParts(pattern: string): { texts: string[]; beginsOpen: boolean; endsOpen: boolean } {
  const parts = partsOf(pattern)
  const isCapture = (part: Part | undefined): boolean => part !== undefined && 'capture' in part
  return {
    texts: parts.flatMap((part) => ('text' in part ? [part.text] : [])),
    beginsOpen: isCapture(parts[0]),
    endsOpen: isCapture(parts.at(-1)),
  }
}

// Pure: a message with the colours of its terminal codes (ECMA-48, SGR) as pieces of text. What are no colours, such as
// movements of a cursor, stays text, so that it is seen: a message hides nothing.

export interface Piece {
  text: string
  /** Names of classes: `ansi-fg-1`, `ansi-bold`. */
  classes: readonly string[]
}

// oxlint-disable-next-line no-control-regex -- Codes begin with the escape character.
const code = /\x1b\[([\d;]*)m/g
/** Codes that a message may have: further ones stay text, since each makes an element. */
const codesMax = 200

interface Style {
  foreground: string | undefined
  background: string | undefined
  attributes: Set<string>
}

export function ansiPieces(message: string): Piece[] {
  if (!message.includes('\x1b[')) return [{ text: message, classes: [] }]
  const pieces: Piece[] = []
  const style: Style = { foreground: undefined, background: undefined, attributes: new Set() }
  let at = 0
  let codes = 0
  const push = (text: string): void => {
    if (text !== '') pieces.push({ text, classes: classesOf(style) })
  }
  for (const match of message.matchAll(code)) {
    if (++codes > codesMax) break
    push(message.slice(at, match.index))
    at = match.index + match[0].length
    apply(style, match[1]!.split(';').map(Number))
  }
  push(message.slice(at))
  return pieces
}

function apply(style: Style, numbers: readonly number[]): void {
  for (let i = 0; i < numbers.length; i++) {
    const n = numbers[i]!
    if (n === 0) {
      style.foreground = undefined
      style.background = undefined
      style.attributes.clear()
    } else if (n === 1) style.attributes.add('ansi-bold')
    else if (n === 2) style.attributes.add('ansi-faint')
    else if (n === 3) style.attributes.add('ansi-italic')
    else if (n === 4) style.attributes.add('ansi-underline')
    else if (n === 22) for (const each of ['ansi-bold', 'ansi-faint']) style.attributes.delete(each)
    else if (n === 23) style.attributes.delete('ansi-italic')
    else if (n === 24) style.attributes.delete('ansi-underline')
    else if (n >= 30 && n <= 37) style.foreground = `ansi-fg-${n - 30}`
    else if (n === 39) style.foreground = undefined
    else if (n >= 40 && n <= 47) style.background = `ansi-bg-${n - 40}`
    else if (n === 49) style.background = undefined
    else if (n >= 90 && n <= 97) style.foreground = `ansi-fg-${n - 82}`
    else if (n >= 100 && n <= 107) style.background = `ansi-bg-${n - 92}`
    else if (n === 38 || n === 48) {
      const size = numbers[i + 1] === 5 ? 2 : numbers[i + 1] === 2 ? 4 : 0
      const of16 = size === 2 && numbers[i + 2]! < 16 ? numbers[i + 2] : undefined
      if (n === 38) style.foreground = of16 === undefined ? 'ansi-fg-other' : `ansi-fg-${of16}`
      else style.background = of16 === undefined ? undefined : `ansi-bg-${of16}`
      i += size
    }
  }
}

const classesOf = ({ foreground, background, attributes }: Style): string[] => [
  ...(foreground === undefined ? [] : [foreground]),
  ...(background === undefined ? [] : [background]),
  ...attributes,
]

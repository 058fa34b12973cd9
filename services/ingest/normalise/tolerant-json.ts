// Pure: reads JSON that need not be right, as far as it goes: values that follow each other with or without commas and
// newlines, every value of a key that is there twice, and the beginning of what is broken. Depth has no limit.

export type JsonValue = string | number | boolean | null | JsonObject | JsonValue[]

export interface JsonObject {
  entries: [key: string, value: JsonValue][]
  /** The text was broken in it, or behind one of its entries. */
  isOpen: boolean
}

/** A value of a text, or the beginning of one that is broken. */
export interface JsonPiece {
  value: JsonValue | undefined
  start: number
  stop: number
  /** Until where it was right; undefined where all of it was. */
  brokenAt?: number
  /** It was right until the text ended. */
  isCut?: boolean
  /** A comma is missing in it, or is too many, as where two halves of records meet. */
  isLoose?: boolean
}

export const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Values of a text that are read at most: what follows is broken. */
const valuesMax = 200_000

/** The pieces of a text. What is broken ends with its line. */
export function* jsonPieces(text: string): Generator<JsonPiece> {
  const reader = new TolerantReader(text)
  for (let start = reader.skip(0); start < text.length;) {
    const piece = reader.read(start)
    if (piece.brokenAt !== undefined && !piece.isCut) {
      const newline = text.indexOf('\n', piece.brokenAt)
      piece.stop = newline < 0 ? text.length : newline
    }
    yield piece
    start = reader.skip(piece.stop)
  }
}

class TolerantReader {
  private readonly text: string
  private pos = 0
  private values = 0
  private isLoose = false
  private readonly space = /[\s,\0]*/y
  private readonly scalar = /(?:-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y

  constructor(text: string) {
    this.text = text
  }

  /** Past white space, commas and NULs. */
  skip(from: number): number {
    this.space.lastIndex = from
    this.space.test(this.text)
    return this.space.lastIndex
  }

  read(start: number): JsonPiece {
    const open: (JsonObject | JsonValue[])[] = []
    let root: JsonValue | undefined
    let right = start
    this.pos = start
    this.isLoose = false
    const broken = (): JsonPiece => {
      for (const each of open) if (!Array.isArray(each)) each.isOpen = true
      const isCut = this.pos >= this.text.length
      return { value: root, start, stop: this.text.length, brokenAt: right, isCut, isLoose: this.isLoose }
    }
    do {
      const before = this.pos
      right = this.pos = this.skip(this.pos)
      const inner = open.at(-1)
      const isLoose = inner !== undefined && this.commas(before) !== this.commasDue(before)
      if (inner !== undefined && this.text[this.pos] === (Array.isArray(inner) ? ']' : '}')) {
        open.pop()
        this.isLoose ||= isLoose
        this.pos++
        continue
      }
      const key = isObject(inner) ? this.key() : ''
      const value = key === undefined ? undefined : this.value()
      // A number at the very end may have gone on.
      const mayGoOn = inner !== undefined && typeof value === 'number' && this.pos >= this.text.length
      if (key === undefined || value === undefined || mayGoOn) return broken()
      this.isLoose ||= isLoose
      if (inner === undefined) root = value
      else if (Array.isArray(inner)) inner.push(value)
      else inner.entries.push([key, value])
      if (typeof value === 'object' && value !== null) open.push(value)
    } while (open.length > 0)
    return { value: root, start, stop: this.pos, isLoose: this.isLoose }
  }

  /** How many stand between `from` and here. */
  private commas(from: number): number {
    let commas = 0
    for (let at = from; at < this.pos; at++) if (this.text[at] === ',') commas++
    return commas
  }

  /** None behind a bracket that opens, or in front of one that closes, and none where the text ends. */
  private commasDue(from: number): number {
    const [last, next = ''] = [this.text[from - 1], this.text[this.pos]]
    return last === '{' || last === '[' || next === '}' || next === ']' || next === '' ? 0 : 1
  }

  private key(): string | undefined {
    const key = this.string()
    this.pos = this.skip(this.pos)
    if (key === undefined || this.text[this.pos] !== ':') return undefined
    this.pos = this.skip(this.pos + 1)
    return key
  }

  /** A bracket makes an empty value. */
  private value(): JsonValue | undefined {
    if (++this.values > valuesMax) return undefined
    const first = this.text[this.pos]
    if (first === '"') return this.string()
    if (first !== '{' && first !== '[') return this.readScalar()
    this.pos++
    return first === '{' ? { entries: [], isOpen: false } : []
  }

  private readScalar(): number | boolean | null | undefined {
    this.scalar.lastIndex = this.pos
    const [scalar] = this.scalar.exec(this.text) ?? []
    if (scalar === undefined) return undefined
    this.pos += scalar.length
    return literals.has(scalar) ? literals.get(scalar)! : Number(scalar)
  }

  private string(): string | undefined {
    const { text } = this
    if (text[this.pos] !== '"') return undefined
    const start = this.pos + 1
    for (let end = text.indexOf('"', start); end >= 0; end = text.indexOf('"', end + 1)) {
      let from = end
      while (from > start && text[from - 1] === '\\') from--
      if ((end - from) % 2 === 1) continue
      const value = unescaped(text.slice(start, end))
      if (value !== undefined) this.pos = end + 1
      return value
    }
    this.pos = text.length
    return undefined
  }
}

const literals: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
])

/** undefined where an escape is none, such as those of a path of Windows. */
function unescaped(content: string): string | undefined {
  if (!content.includes('\\')) return content
  let isRight = true
  const value = content.replaceAll(/\\(?:u([\da-fA-F]{4})|([^]))/g, (_, code: string | undefined, escape: string) => {
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16))
    isRight &&= escapes.has(escape)
    return escapes.get(escape) ?? escape
  })
  return isRight ? value : undefined
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])

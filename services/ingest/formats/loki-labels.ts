// The labels of a Loki stream as text, such as {app="cart", pod="cart-7d9f"}: names, and values quoted as in Go.
// https://go.dev/ref/spec#String_literals, https://prometheus.io/docs/prometheus/latest/querying/basics/#string-literals
import { unquotedGo } from '#shared/go-string.ts'

/** Calls `add` for each label, as it is read. Returns a sentence where the text is no labels. */
export function readLabels(text: string, add: (name: string, value: string) => void): string | undefined {
  const reader = new Reader(text)
  if (!reader.skip('{')) return reader.problem('"{"')
  if (reader.skip('}')) return reader.end()
  for (;;) {
    const name = reader.name() ?? reader.quoted()
    if (name === undefined) return reader.problem('the name of a label')
    if (!reader.skip('=')) return reader.problem('"="')
    const value = reader.quoted()
    if (value === undefined) return reader.problem('a quoted value')
    add(name, value)
    const hasComma = reader.skip(',')
    if (reader.skip('}')) return reader.end()
    if (!hasComma) return reader.problem('"," or "}"')
  }
}

class Reader {
  private pos = 0
  private readonly text: string

  constructor(text: string) {
    this.text = text
  }

  /** Passes blanks, and the character where it is next. */
  skip(character: string): boolean {
    this.match(/[ \t\r\n]*/y)
    if (this.text[this.pos] !== character) return false
    this.pos++
    return true
  }

  name(): string | undefined {
    this.match(/[ \t\r\n]*/y)
    return this.match(/[A-Za-z_][\w]*/y)
  }

  quoted(): string | undefined {
    this.match(/[ \t\r\n]*/y)
    const start = this.pos
    const raw = this.match(/`[^`]*`/y)
    if (raw !== undefined) return raw.slice(1, -1).replaceAll('\r', '')
    const literal = this.match(/"(?:[^"\\\n]|\\.)*"/y)
    if (literal === undefined) return undefined
    const value = unquotedGo(literal.slice(1, -1))
    if (value === undefined) this.pos = start
    return value
  }

  end(): string | undefined {
    this.match(/[ \t\r\n]*/y)
    return this.pos === this.text.length ? undefined : this.problem('the end')
  }

  problem(expected: string): string {
    const near = this.text.slice(this.pos, this.pos + 20)
    return `expected ${expected} at character ${this.pos}, found ${near === '' ? 'the end' : JSON.stringify(near)}`
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.pos
    const match = pattern.exec(this.text)?.[0]
    this.pos += match?.length ?? 0
    return match
  }
}

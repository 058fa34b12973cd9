// | json, | json a="b.c", | unpack: a reader of JSON that tells what it has found before a mistake. Numbers keep their
// digits. Lists are no labels, members of objects have the names of both.
import { labelName, type Ended, type PlainLine } from './plain-line.ts'

type Kind = 'text' | 'number' | 'boolean' | 'null' | 'object' | 'list'
interface Value {
  kind: Kind
  /** As it is written. */
  raw: string
  text: string
}

class Mistake extends Error {}

/** Members of an object in their order; ends where `take` says why. */
function members(source: string, take: (key: string, value: Value) => Ended | undefined): Ended | undefined {
  const reader = new Reader(source)
  reader.expect('{')
  for (let isFirst = true; !(isFirst && reader.takes('}')); isFirst = false) {
    const key = reader.text()
    reader.expect(':')
    const value = reader.value()
    const ended = take(key, value)
    if (ended !== undefined) return ended
    if (reader.takes('}')) return undefined
    reader.expect(',')
  }
  return undefined
}

class Reader {
  #at = 0
  readonly #source: string
  constructor(source: string) {
    this.#source = source
  }
  #match(pattern: RegExp): string | undefined {
    const sticky = new RegExp(pattern.source, 'y')
    sticky.lastIndex = this.#at
    const found = sticky.exec(this.#source)?.[0]
    this.#at += found?.length ?? 0
    return found
  }
  takes(sign: string): boolean {
    this.#match(/[ \t\r\n]*/)
    if (this.#source[this.#at] !== sign) return false
    this.#at += 1
    return true
  }
  expect(sign: string): void {
    if (!this.takes(sign)) throw new Mistake(`no ${sign}`)
  }
  text(): string {
    this.#match(/[ \t\r\n]*/)
    const raw = this.#match(/"(?:[^"\\]|\\.)*"/)
    if (raw === undefined) throw new Mistake('no text')
    return JSON.parse(raw.replaceAll('\t', '\\t').replaceAll('\n', '\\n')) as string
  }
  value(): Value {
    this.#match(/[ \t\r\n]*/)
    const from = this.#at
    const sign = this.#source[from]
    if (sign === '"') {
      const text = this.text()
      return { kind: 'text', raw: this.#source.slice(from, this.#at), text }
    }
    if (sign === '{' || sign === '[') {
      this.#skipBlock()
      const raw = this.#source.slice(from, this.#at)
      return { kind: sign === '{' ? 'object' : 'list', raw, text: raw }
    }
    const raw = this.#match(/[^\s,}\]]*/) ?? ''
    if (raw === 'true' || raw === 'false') return { kind: 'boolean', raw, text: raw }
    if (raw === 'null') return { kind: 'null', raw, text: '' }
    if (/^[-0-9]/.test(raw)) return { kind: 'number', raw, text: raw }
    throw new Mistake('no value')
  }
  /** Undefined where it is broken. */
  wholeValue(): Value | undefined {
    try {
      return this.value()
    } catch (error) {
      if (error instanceof Mistake) return undefined
      throw error
    }
  }
  /** Stands before the value of the first member of this name then. False where none can be read. */
  goToMember(key: string): boolean {
    if (!this.takes('{')) return false
    try {
      for (;;) {
        const own = this.text()
        this.expect(':')
        if (own === key) return true
        this.value()
        this.expect(',')
      }
    } catch (error) {
      if (error instanceof Mistake) return false
      throw error
    }
  }
  goToItem(index: number): boolean {
    if (!this.takes('[')) return false
    for (let i = 0; i < index; i++) if (this.wholeValue() === undefined || !this.takes(',')) return false
    return true
  }
  #skipBlock(): void {
    let depth = 0
    do {
      const part = this.#match(/"(?:[^"\\]|\\.)*"|[^"]/)
      if (part === undefined) throw new Mistake('no end')
      if (part === '{' || part === '[') depth += 1
      if (part === '}' || part === ']') depth -= 1
    } while (depth > 0)
  }
}

const jsonError = 'JSONParserErr'

/** False: the line does not pass. */
function guarded(line: PlainLine, read: () => Ended | undefined): boolean {
  try {
    return read() !== 'does not pass'
  } catch (error) {
    if (!(error instanceof Mistake)) throw error
    line.failParser(jsonError)
    return true
  }
}

export function parseJson(line: PlainLine): boolean {
  const walk = (source: string, path: readonly string[]): Ended | undefined =>
    members(source, (key, { kind, raw, text }) => {
      const whole = [...path, key]
      if (kind === 'object') return walk(raw, whole)
      const name = labelName(whole.filter((part) => part.trim() !== '').join('_'))
      return kind === 'null' || kind === 'list' || name === '' ? undefined : line.found(name, text)
    })
  return line.isParsed || guarded(line, () => walk(line.text, []))
}

export interface JsonField {
  name: string
  path: readonly (string | number)[]
}

/** A field whose value is broken is an error; what is broken elsewhere is not noticed. */
export function parseJsonFields(line: PlainLine, fields: readonly JsonField[]): boolean {
  if (line.isParsed || line.text === '') return true
  if (!/^["{[]/.test(line.text)) {
    line.failParser(jsonError)
    return true
  }
  for (const { name, path } of fields) {
    const value = valueIn(new Reader(line.text), path)
    if (value === 'broken') line.failParser(jsonError)
    else if (value !== undefined) line.set(line.ownName(name), value.text)
  }
  for (const { name } of fields) if (line.get(name) === undefined) line.set(name, '')
  return true
}

function valueIn(reader: Reader, [first, ...rest]: readonly (string | number)[]): Value | 'broken' | undefined {
  if (!(typeof first === 'number' ? reader.goToItem(first) : reader.goToMember(first!))) return undefined
  // A broken item of a list is none.
  const value = rest.length === 0 || typeof first === 'number' ? reader.wholeValue() : undefined
  if (rest.length === 0) return value ?? (typeof first === 'number' ? undefined : 'broken')
  if (typeof first !== 'number') return valueIn(reader, rest)
  return value === undefined ? undefined : valueIn(new Reader(value.raw), rest)
}

/** Members become labels, `_entry` the line. Without an entry nothing is unpacked. */
export function parseUnpack(line: PlainLine): boolean {
  if (line.isParsed || line.text === '') return true
  const found: [string, string][] = []
  let entry: string | undefined
  return guarded(line, () => {
    members(line.text, (key, { kind, text }) => {
      if (kind === 'text' && key === '_entry') entry = text
      else if (kind === 'text') found.push([key, text])
      return undefined
    })
    if (entry === undefined) return undefined
    line.text = entry
    for (const [key, text] of found) if (line.found(labelName(key), text) === 'does not pass') return 'does not pass'
    return undefined
  })
}

// servers[0].host  response["status code"]  a.b
// Where `| json name="path"` finds its value.
import {
  blockEnd,
  eachItem,
  eachMember,
  JsonError,
  skipBlanks,
  stringEnd,
  unescaped,
  valueAt,
  type JsonValue,
} from './json-scan.ts'

export type JsonPath = readonly (string | number)[]

const step = /\s*(?:\[\s*"([^"\]]*)"?\s*\]|\[\s*(\d+)\s*\]|(\.?)\s*([A-Za-z_]\w*))/y

/** Throws where the path is none. */
export function parseJsonPath(text: string): JsonPath {
  const path: (string | number)[] = []
  step.lastIndex = 0
  while (step.lastIndex < text.trimEnd().length) {
    const at = step.lastIndex
    const match = step.exec(text)
    if (match === null) throw new Error(`unexpected ${JSON.stringify(text.slice(at, at + 1))} at ${at} of the path`)
    const [, key, index, dot, field] = match
    if (field !== undefined && (dot === '.') === (path.length === 0))
      throw new Error(path.length === 0 ? 'a path does not begin with a dot' : `a dot is missing before ${field}`)
    path.push(key ?? field ?? Number(index))
  }
  if (path.length === 0) throw new Error('the path is empty')
  return path
}

/** A value as it is written, or why it cannot be read. */
export type FoundValue = Part | JsonError

type Part = Pick<JsonValue, 'raw' | 'kind'>

/**
 * Calls `found` for the first value of each path, in the order of the text. No more of the text is read than leads to
 * them: what stands before a mistake is found, and a mistake that no path leads to is none. Objects are walked by their
 * braces alone, so that an object whose end is missing is walked too.
 */
export function eachValue(
  text: string,
  paths: readonly JsonPath[],
  found: (path: number, value: FoundValue) => void,
): void {
  const walk = new Walk(text, paths, found)
  while (walk.step());
}

class Walk {
  readonly #text: string
  readonly #found: (path: number, value: FoundValue) => void
  /** Those that have no value yet, by their number. */
  readonly #open: Map<number, JsonPath>
  /** Keys that lead to where the walk is. */
  readonly #keys: string[] = []
  #level = 0
  #at = 0

  constructor(text: string, paths: readonly JsonPath[], found: (path: number, value: FoundValue) => void) {
    this.#text = text
    this.#found = found
    this.#open = new Map(paths.entries())
  }

  /** False at the end. */
  step(): boolean {
    const char = this.#text[this.#at]
    if (char === undefined || this.#open.size === 0) return false
    if (char === '"') return this.#string()
    if (char === '[') return this.#array()
    if (char === '{') this.#level += 1
    if (char === '}' || char === ']') this.#level -= 1
    this.#at += 1
    return true
  }

  /** A key, or a text that is a value. */
  #string(): boolean {
    const end = stringEnd(this.#text, this.#at + 1)
    if (end < 0) return false
    const next = skipBlanks(this.#text, end + 1)
    if (next >= this.#text.length) return false
    const raw = this.#text.slice(this.#at + 1, end)
    this.#at = next
    if (this.#text[next] !== ':') return true
    const key = unescaped(raw)
    if (key === undefined) return false
    this.#at += 1
    if (this.#level < 1) {
      this.#found(-1, new JsonError('Malformed JSON error'))
      return false
    }
    this.#keys[this.#level - 1] = key
    for (const [index, path] of this.#open)
      if (path.length === this.#level && this.#leadsHere(path)) this.#take(index, () => valueAt(this.#text, this.#at))
    return true
  }

  #leadsHere(path: JsonPath): boolean {
    return path.every((part, i) => i >= this.#level || part === this.#keys[i])
  }

  #array(): boolean {
    const wanted = [...this.#open].filter(
      ([, path]) => typeof path[this.#level] === 'number' && this.#level >= 0 && this.#leadsHere(path),
    )
    if (wanted.length === 0) {
      const end = blockEnd(this.#text, this.#at)
      this.#at = end
      return end >= 0
    }
    let item = 0
    const { end } = eachItem(this.#text, this.#at, (value) => {
      for (const [index, path] of wanted)
        if (path[this.#level] === item) {
          const inside = valueInside(value, path.slice(this.#level + 1))
          this.#open.delete(index)
          if (inside !== undefined) this.#found(index, inside)
        }
      item += 1
    })
    this.#level += 1
    this.#at = end
    return true
  }

  #take(index: number, read: () => Part): void {
    this.#open.delete(index)
    this.#found(index, attempt(read))
  }
}

function attempt(read: () => Part): FoundValue {
  try {
    return read()
  } catch (error) {
    if (error instanceof JsonError) return error
    throw error
  }
}

/** Undefined where there is none. */
function valueInside(root: Part, path: JsonPath): Part | undefined {
  let value: Part | undefined = root
  for (const part of path) {
    if (value === undefined) return undefined
    value = typeof part === 'number' ? itemOf(value, part) : memberOf(value, part)
  }
  return value
}

function itemOf({ raw, kind }: Part, index: number): Part | undefined {
  let found: Part | undefined
  let item = 0
  if (kind === 'array')
    eachItem(raw, 0, (value) => {
      if (item === index) found = value
      item += 1
    })
  return found
}

function memberOf(value: Part, name: string): Part | undefined {
  if (value.kind !== 'object') return undefined
  let found: Part | undefined
  try {
    eachMember(value.raw, (key, raw, kind) => {
      if (key === name) found = { raw, kind }
      return key === name
    })
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
  }
  return found
}

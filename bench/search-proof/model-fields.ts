// The values of a field of a line, as docs/search.md says it and not as the search finds them.
import { isWordChar, whole, type ReadText } from './model-text.ts'

/** A value of JSON whose numbers keep their digits. */
type Json = { text: string } | { items: Json[] } | { members: [string, Json][] }

/** Every value of the name in the texts of JSON; objects are undefined. */
export function valuesIn(documents: readonly string[], name: string): (string | undefined)[] {
  return documents.flatMap((document) => {
    const json = parse(document)
    return json === undefined ? [] : valuesAt(json, name.split('.'))
  })
}

function valuesAt(json: Json, parts: readonly string[]): (string | undefined)[] {
  if (!('members' in json)) return []
  return parts.flatMap((_, index) => {
    const key = parts.slice(0, index + 1).join('.')
    const rest = parts.slice(index + 1)
    const member = json.members.find(([each]) => each === key)?.[1]
    if (member === undefined) return []
    return expanded(member).flatMap((value) => (rest.length > 0 ? valuesAt(value, rest) : leaf(value)))
  })
}

/** The value, what its text says in JSON, and the elements of both. */
function expanded(value: Json): Json[] {
  const said = 'text' in value && /^[{[]/.test(value.text) ? parse(value.text) : undefined
  return [value, said].filter((each) => each !== undefined).flatMap((each) => ('items' in each ? each.items : [each]))
}

const leaf = (value: Json): (string | undefined)[] => ('text' in value ? [value.text] : 'members' in value ? [undefined] : [])

function parse(text: string): Json | undefined {
  try {
    JSON.parse(text)
  } catch {
    return undefined
  }
  let at = 0
  const skip = () => {
    while (/\s/.test(text[at] ?? 'x')) at++
  }
  const list = <T>(close: string, item: () => T): T[] => {
    const items: T[] = []
    at++
    for (skip(); text[at] !== close; skip()) {
      if (text[at] === ',') at++
      skip()
      items.push(item())
    }
    at++
    return items
  }
  const string = (): string => {
    const [quoted] = /^"(?:[^"\\]|\\.)*"/s.exec(text.slice(at))!
    at += quoted.length
    return JSON.parse(quoted) as string
  }
  const value = (): Json => {
    skip()
    if (text[at] === '"') return { text: string() }
    if (text[at] === '[') return { items: list(']', value) }
    if (text[at] === '{')
      return {
        members: list('}', () => {
          const key = string()
          skip()
          at++
          return [key, value()] as [string, Json]
        }),
      }
    const [token] = /^[^\s,\]}]+/.exec(text.slice(at))!
    at += token.length
    return { text: token === 'null' ? '' : token }
  }
  return value()
}

/** Values of `name=value` in the texts. `stored` is read without knowing which characters outside ASCII end words. */
export function assignedValues(stored: string, texts: readonly ReadText[], name: string): string[] {
  return [
    ...runs(whole(stored), name, (char) => char >= '\u0080').flatMap(({ run }) => forms(run)),
    ...texts.flatMap((text) => runs(text, name, isWordChar).flatMap(({ run, first }) => [...forms(run), bare(first)])),
  ].filter((value) => value !== '')
}

/** Parts fields in FIX, and is no part of a value. */
const separator = '\u0001'

interface Run {
  run: string
  /** Its begin, up to where the first word or sign outside ASCII ends. */
  first: string
}

function runs({ text, breaks }: ReadText, name: string, binds: (char: string) => boolean): Run[] {
  const found: Run[] = []
  for (let at = 0; at <= text.length - name.length;) {
    const begin = text.indexOf(name, at)
    if (begin === -1) break
    at = begin + 1
    const before = Array.from(text.slice(Math.max(0, begin - 2), begin)).at(-1)
    const isBound = before !== undefined && (before < '\u0080' ? /[0-9A-Za-z_@./-]/.test(before) : binds(before))
    const start = begin + name.length
    if ((isBound && !breaks.has(begin)) || !/[=:]/.test(text[start] ?? '')) continue
    const run = runAt(text, start + 1)
    if (run === '') continue
    found.push({ run, first: firstOf(run, start + 1, breaks) })
    at = start + 1 + run.length
  }
  return found
}

function runAt(text: string, at: number): string {
  const [quoted] = /^"(?:[^"\\]|\\[^\n])*"/.exec(text.slice(at)) ?? []
  return quoted ?? /^[^\t\n\f\r ",;)}\]]+/.exec(text.slice(at))?.[0] ?? ''
}

function firstOf(run: string, offset: number, breaks: ReadonlySet<number>): string {
  let at = 0
  for (const char of run) {
    if (breaks.has(offset + at) || char === separator || (char >= '\u0080' && !isWordChar(char))) break
    at += char.length
  }
  return run.slice(0, at)
}

function forms(found: string): string[] {
  const run = found.replaceAll(separator, '')
  const said = run.startsWith('"') ? parse(run) : undefined
  return [bare(run), ...(said !== undefined && 'text' in said ? [said.text] : [])]
}

const bare = (run: string): string => run.replaceAll(/^"+|"+$/g, '')

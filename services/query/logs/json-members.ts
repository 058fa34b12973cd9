// Pure: the members of a JSON object as texts, so that numbers keep their digits and nothing is read that is only shown.

/** Keys, and values as they stand in the text. `object`: JSON that was parsed before, with blanks around it. */
export function* jsonMembers(object: string): Generator<[key: string, value: string]> {
  for (let pos = object.indexOf('{') + 1; ;) {
    const key = object.indexOf('"', pos)
    if (key < 0) return
    const keyEnd = endOfString(object, key)
    const value = skip(object, object.indexOf(':', keyEnd) + 1)
    const end = endOfValue(object, value)
    yield [JSON.parse(object.slice(key, keyEnd)) as string, object.slice(value, end)]
    pos = end
  }
}

const blanks = new Set([' ', '\t', '\n', '\r'])

function skip(text: string, from: number): number {
  let pos = from
  while (blanks.has(text[pos]!)) pos++
  return pos
}

/** Returns where the string ends whose quote is at `start`: behind its other quote. */
function endOfString(text: string, start: number): number {
  let pos = start + 1
  while (text[pos] !== '"') pos += text[pos] === '\\' ? 2 : 1
  return pos + 1
}

function endOfValue(text: string, start: number): number {
  if (text[start] === '"') return endOfString(text, start)
  let depth = 0
  for (let pos = start; pos < text.length;) {
    const character = text[pos]!
    if (character === '"') {
      pos = endOfString(text, pos)
      continue
    }
    if (character === '{' || character === '[') depth++
    else if (character === '}' || character === ']') {
      if (depth === 0) return pos
      if (--depth === 0) return pos + 1
    } else if (depth === 0 && (character === ',' || blanks.has(character))) return pos
    pos++
  }
  return text.length
}

// Parses bodies of application/json, for routes without a parser of their own. An error says where the JSON breaks, or
// names a member that is there twice, of which JSON.parse would keep the last one without a word, or a member
// __proto__, which validation would drop.
import { AfterlogError, invalidParameter } from '#shared/errors.ts'

/** Throws AfterlogError `invalid-body` or `invalid-parameter`. */
export function parseJsonBody(text: string): unknown {
  if (text.trim() === '') throw new AfterlogError('invalid-body', 'the body is empty: send a JSON object')
  const body = parse(text)
  checkMembers(text)
  return body
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const { message } = error as Error
    const position = /at position (\d+)/.exec(message)?.[1]
    const details = position === undefined ? {} : { position: Number(position) }
    throw new AfterlogError('invalid-body', `the body is not JSON: ${message}`, { ...details, cause: error })
  }
}

/** An object or an array whose end has not come. */
interface Open {
  /** Of an object, the members so far. */
  names: Set<string> | undefined
  /** Of an object, the last member; of an array, the number of its element. */
  at: string | number
  /** Whether the next string is the name of a member. */
  isNameNext: boolean
}

/** Reads text that is JSON, without recursion, since a body may be as deep as it is long. */
function checkMembers(text: string): void {
  const open: Open[] = []
  for (let pos = 0; pos < text.length; pos++) {
    const within = open.at(-1)
    const char = text[pos]
    if (char === '"') {
      const end = endOfString(text, pos)
      if (within?.names !== undefined && within.isNameNext) {
        within.at = JSON.parse(text.slice(pos, end)) as string
        checkName(open, within.at, within.names)
        within.names.add(within.at)
        within.isNameNext = false
      }
      pos = end - 1
    } else if (char === '{') open.push({ names: new Set(), at: '', isNameNext: true })
    else if (char === '[') open.push({ names: undefined, at: 0, isNameNext: false })
    else if (char === '}' || char === ']') open.pop()
    else if (char === ',') {
      if (typeof within?.at === 'number') within.at++
      else within!.isNameNext = true
    }
  }
}

function checkName(open: readonly Open[], name: string, before: ReadonlySet<string>): void {
  if (name !== '__proto__' && !before.has(name)) return
  const path = open.map(({ at }) => at).join('.')
  const problem = name === '__proto__' ? 'no member can be called __proto__' : 'it is there twice; give it once'
  throw invalidParameter(path, `${path}: ${problem}`)
}

/** Returns where the string that begins at `start` ends, behind its closing quote. */
function endOfString(text: string, start: number): number {
  let pos = start + 1
  while (text[pos] !== '"') pos += text[pos] === '\\' ? 2 : 1
  return pos + 1
}

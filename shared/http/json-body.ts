// Parses bodies of application/json, for routes without a parser of their own. An error says where the JSON breaks, or
// names a member __proto__, which validation would drop without a word.
import { AfterlogError, invalidParameter } from '#shared/errors.ts'

/** Throws AfterlogError `invalid-body` or `invalid-parameter`. */
export function parseJsonBody(text: string): unknown {
  if (text.trim() === '') throw new AfterlogError('invalid-body', 'the body is empty: send a JSON object')
  const body = parse(text)
  const path = mayNamePrototype.test(text) ? prototypePath(body) : undefined
  if (path !== undefined) throw invalidParameter(path, `${path}: no member can be called __proto__`)
  return body
}

const mayNamePrototype = /__proto__|\\u/

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

interface Member {
  value: object
  name: string
  within: Member | undefined
}

/** Searches without recursion, since a body may be as deep as it is long. */
function prototypePath(body: unknown): string | undefined {
  const pending: Member[] = []
  const visit = (value: unknown, name: string, within?: Member): void => {
    if (typeof value === 'object' && value !== null) pending.push({ value, name, within })
  }
  visit(body, '')
  for (let member = pending.pop(); member !== undefined; member = pending.pop()) {
    for (const [name, value] of Object.entries(member.value)) {
      if (name === '__proto__') return pathOf(member, name)
      visit(value, name, member)
    }
  }
  return undefined
}

function pathOf(within: Member, last: string): string {
  const names = [last]
  for (let member = within; member.within !== undefined; member = member.within) names.unshift(member.name)
  return names.join('.')
}

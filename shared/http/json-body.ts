// Bodies of application/json, for routes that have no parser of their own. What is wrong with one is told: where it breaks, or that a name
// stands in it which would be another object's prototype, and which validation would leave out without a word.
import { AfterlogError, invalidParameter } from '#shared/errors.ts'

/** Throws AfterlogError. */
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

/** Without recursion: a body may be as deep as it is long. */
function prototypePath(body: unknown): string | undefined {
  const left: Member[] = []
  const visit = (value: unknown, name: string, within?: Member): void => {
    if (typeof value === 'object' && value !== null) left.push({ value, name, within })
  }
  visit(body, '')
  for (let member = left.pop(); member !== undefined; member = left.pop()) {
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

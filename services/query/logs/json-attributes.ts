// The keys of messages that are JSON objects, as attributes for the reader. What is stored stays the text alone: the
// same keys stored beside it would take as much of the disk as the text does (decision 0003). A container may print any
// text, so all of it is bounded: what is read, what becomes of it, and how long other work waits.
import { createSlices } from '#shared/in-slices.ts'
import type { Line } from '#shared/lines/row-decoder.ts'
import { jsonMembers } from './json-members.ts'

/** Objects are flattened into names with dots to this depth; what is deeper is one attribute, as JSON. */
const depthMax = 8
const keysMax = 1000
const messageBytesMax = 64 * 1024
/** Characters of the names and values of one message. A name stands in front of each key below it. */
const namesAndValuesMax = 64 * 1024
/** Of all messages of an answer, and of what becomes of them. */
const answerBytesMax = 4 * 1024 * 1024
const mark = 'afterlog.cut'

type Attributes = Record<string, string>

/** Of all answers: however many lines there are, others have their turn. */
const slices = createSlices()
const bytesOfPiece = 64 * 1024

/** Returns the attributes of each line, and behind them the keys of its message that it has no attribute for. */
export async function jsonAttributes(lines: readonly Line[]): Promise<Attributes[]> {
  const answer = { bytes: 0 }
  const result: Attributes[] = []
  for (let from = 0; from < lines.length;) {
    let to = from
    for (let bytes = 0; to < lines.length && bytes < bytesOfPiece; to++) bytes += lines[to]!.message.length
    const piece = lines.slice(from, to)
    result.push(...(await slices(() => piece.map((line) => attributesOf(line, answer)))))
    from = to
  }
  return result
}

function attributesOf({ message, attributes, gap }: Line, answer: { bytes: number }): Attributes {
  if (gap !== undefined || !isObject(message)) return attributes
  if (message.length > messageBytesMax) return marked(attributes, `a message of ${message.length} bytes`)
  answer.bytes += message.length
  if (answer.bytes > answerBytesMax) return marked(attributes, 'JSON behind the first 4 MiB of it in this answer')
  const { keys, size } = unfolded(message.toString('utf8'))
  answer.bytes += size
  return { ...keys, ...attributes }
}

const isObject = (message: Buffer): boolean => /^\s*\{/.test(message.toString('latin1', 0, 64))

const marked = (attributes: Attributes, what: string): Attributes => ({
  [mark]: `the keys of ${what} were left out`,
  ...attributes,
})

function unfolded(text: string): { keys: Attributes; size: number } {
  const keys = new Map<string, string>()
  let [left, size] = [0, 0]
  const add = (name: string, value: string, depth: number): void => {
    if (value.startsWith('{') && depth < depthMax) return addAll(value, `${name}.`, depth + 1)
    if (value === 'null') return
    size += name.length + value.length
    if (keys.size < keysMax && size <= namesAndValuesMax)
      keys.set(name, value.startsWith('"') ? unquoted(value) : value)
    else left++
  }
  const addAll = (object: string, prefix: string, depth: number): void => {
    for (const [key, value] of jsonMembers(object)) {
      if (prefix.length + key.length > namesAndValuesMax) left++
      else add(prefix + key, value, depth)
    }
  }
  if (isJson(text)) addAll(text, '', 1)
  if (left > 0) keys.set(mark, `${left} keys were left out`)
  return { keys: Object.fromEntries(keys), size: Math.min(size, namesAndValuesMax) }
}

const unquoted = (json: string): string => JSON.parse(json) as string

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

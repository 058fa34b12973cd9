// Pure: the keys of messages that are JSON objects, as attributes for the reader. What is stored stays the text alone:
// the same keys stored beside it would take as much of the disk as the text does.
import type { Line } from '#shared/lines/row-decoder.ts'

/** A number is a text of JSON, with the digits that were sent. */
interface NumberText {
  readonly rawJSON: string
}
type Json = string | boolean | null | NumberText | Json[] | { [key: string]: Json }

/** Of ES2026, which the checker's library does not have yet. */
const { rawJSON: rawJson, isRawJSON: isRawJson } = JSON as unknown as {
  rawJSON(text: string): NumberText
  isRawJSON(value: unknown): value is NumberText
}

/** Objects are flattened into names with dots to this depth; what is deeper is one attribute, as JSON. */
const depthMax = 8
const keysMax = 1000
const messageBytesMax = 64 * 1024
/** Of all messages of an answer: reading them takes some ms a MiB, in one turn. */
const answerBytesMax = 4 * 1024 * 1024
const mark = 'afterlog.cut'

/** Reads the messages of one answer. */
export class JsonAttributes {
  private bytes = 0

  /** Returns the attributes of a line, and behind them the keys of its message that it has no attribute for. */
  of({ message, attributes, gap }: Line): Record<string, string> {
    if (gap !== undefined || !isObject(message)) return attributes
    if (message.length > messageBytesMax) return marked(attributes, `a message of ${message.length} bytes`)
    this.bytes += message.length
    if (this.bytes > answerBytesMax) return marked(attributes, 'JSON behind the first 4 MiB of it in this answer')
    return { ...keysOf(message.toString('utf8')), ...attributes }
  }
}

const isObject = (message: Buffer): boolean => /^\s*\{/.test(message.toString('latin1', 0, 64))

const marked = (attributes: Record<string, string>, what: string): Record<string, string> => ({
  [mark]: `the keys of ${what} were left out`,
  ...attributes,
})

/** Returns nothing for what is no JSON, or is nested too deep to be read. */
function keysOf(text: string): Record<string, string> {
  try {
    return unfolded(
      JSON.parse(text, (_, value: unknown, context?: { source?: string }) =>
        typeof value === 'number' ? rawJson(context?.source ?? String(value)) : value,
      ) as Json,
    )
  } catch {
    return {}
  }
}

function unfolded(object: Json): Record<string, string> {
  const found = new Map<string, string>()
  let left = 0
  const add = (name: string, value: Json, depth: number): void => {
    if (value === null) return
    if (typeof value === 'object' && !Array.isArray(value) && !isRawJson(value) && depth < depthMax)
      for (const key in value) add(depth === 0 ? key : `${name}.${key}`, value[key]!, depth + 1)
    else if (found.size < keysMax) found.set(name, textOf(value))
    else left++
  }
  add('', object, 0)
  if (left > 0) found.set(mark, `${left} keys were left out`)
  return Object.fromEntries(found)
}

const textOf = (value: NonNullable<Json>): string =>
  typeof value === 'string' ? value : isRawJson(value) ? value.rawJSON : JSON.stringify(value)

// Pure: the text of a line as lines of text: of a JSON object or of logfmt its message, its error, and the stack that
// it carries.

const bytesMax = 64 * 1024
const messageKeys = ['msg', 'message', 'event', 'log', '@mt', '@m']
const errorKeys = ['error', 'err', 'exception', 'cause']
const stackKeys = ['stack', 'stacktrace', 'stack_trace', 'stackTrace', 'error.stack_trace', 'exception.stacktrace']
const linesMax = 200

/** At least one. */
export function structuredTexts(message: string): string[] {
  const short = message.slice(0, bytesMax)
  const texts = (short.startsWith('{') ? jsonTexts(short) : undefined) ?? logfmtTexts(short) ?? [short]
  return texts.flatMap((text) => text.split(/\r?\n/)).slice(0, linesMax)
}

function jsonTexts(text: string): string[] | undefined {
  const object = parsed(text)
  if (object === undefined) return undefined
  const first = (keys: readonly string[], from: Record<string, unknown> = object): string =>
    keys.map((key) => from[key]).find((value) => typeof value === 'string') ?? ''
  const inner = errorKeys.map((key) => object[key]).find(isObject)
  const error = first(errorKeys) || (inner === undefined ? '' : first(messageKeys, inner))
  const stack = first(stackKeys) || (inner === undefined ? '' : first(stackKeys, inner))
  const said = [first(messageKeys), error].filter((part) => part !== '').join(': ')
  if (said === '' && stack === '') return undefined
  return [said, stack].filter((part) => part !== '')
}

function logfmtTexts(text: string): string[] | undefined {
  if (!/^[\w.@-]+=\S*\s+[\w.@-]+=|^[\w.@-]+="/.test(text)) return undefined
  const value = (keys: string): string => {
    const match = new RegExp(String.raw`(?:^|\s)(?:${keys})=(?:"((?:[^"\\]|\\.)*)"|(\S*))`).exec(text)
    return (match?.[1] ?? match?.[2] ?? '').replaceAll(/\\(.)/g, (_, char: string) =>
      char === 'n' ? '\n' : char === 't' ? '\t' : char,
    )
  }
  const said = [value('msg|message|event'), value('err|error')].filter((part) => part !== '').join(': ')
  return said === '' ? undefined : [said]
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

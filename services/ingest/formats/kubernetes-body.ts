// The body of a lifecycle post as JSON values, one per document. In NDJSON a line that is not JSON fails alone, unless
// no line is JSON. A JSON body that is not JSON fails as a whole, with the byte where it broke. Either may be values one
// behind the other, over any number of lines each, as `kubectl get -o json --watch` prints them.
import { AfterlogError } from '#shared/errors.ts'
import { JsonScanner, JsonSyntaxError } from './json-scanner.ts'

export interface Document {
  value: unknown
  /** The bytes as received. */
  raw: Buffer
  /** Says why the document is not JSON. `value` is undefined then. */
  broken?: () => string
}

/**
 * Yields one document after the other, and holds none. Throws `invalid-body` once it has found no document that is JSON,
 * or none that is an object, and `too-large` for a document of too many parts.
 */
export function* readDocuments(body: Buffer, contentType: 'json' | 'ndjson'): Generator<Document> {
  const documents = concatenated(body)
  if (documents !== undefined) return yield* documents
  if (contentType === 'json') {
    const document = parse(body)
    if (document.broken !== undefined)
      throw new AfterlogError('invalid-body', `the body is not JSON: ${document.broken()}`)
    if (!isNested(document.value)) throw notObjects('the body')
    yield document
    return
  }
  let first: { document: Document; number: number } | undefined
  let someJson = false
  let someNested = false
  for (const { raw, number } of lines(body)) {
    const document = parse(raw)
    first ??= { document, number }
    someJson ||= document.broken === undefined
    someNested ||= isNested(document.value)
    yield document
  }
  if (first === undefined) return
  const { document, number } = first
  if (!someJson)
    throw new AfterlogError('invalid-body', `the body is not NDJSON: line ${number}: ${document.broken!()}`)
  if (!someNested) throw notObjects(`line ${number}`)
}

/** The objects of a body of several, of which some take more or less than a line; undefined where it is another body. */
function concatenated(body: Buffer): Iterable<Document> | undefined {
  const json = new JsonScanner(body)
  if (json.peek() !== 0x7b) return undefined
  let count = 0
  let hasLines = true
  try {
    for (; json.peek() === 0x7b; count++) {
      const start = json.pos
      json.value()
      hasLines &&= isOneLine(json, start)
      if (count === 0 && hasLines && !signs.some((sign) => body.includes(sign))) return undefined
    }
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error
    return undefined
  }
  return json.peek() === -1 && count > 1 && !hasLines ? objectsOf(body) : undefined
}

/** What stands between objects that do not have a line each: NDJSON without it is not read twice. */
const signs = ['}{', '} {', '\n{\n', '\n{\r\n']

/** Whether a value that was read from `start` on has its line alone. */
function isOneLine({ bytes, pos }: JsonScanner, start: number): boolean {
  const newline = bytes.indexOf(0x0a, start)
  const stop = newline < 0 ? bytes.length : newline
  return pos <= stop && isBlank(bytes, pos, stop)
}

function* objectsOf(body: Buffer): Generator<Document> {
  const json = new JsonScanner(body)
  while (json.peek() !== -1) {
    const start = json.pos
    json.value()
    yield parse(body.subarray(start, json.pos))
  }
}

const isNested = (value: unknown): boolean => typeof value === 'object' && value !== null

const notObjects = (where: string) =>
  new AfterlogError(
    'invalid-body',
    `${where} is not a lifecycle record: expected a Kubernetes Pod, Node or Event, a list of them, ` +
      'or a watch event {type, object}',
  )

function parse(raw: Buffer): Document {
  refuseTooMany(raw)
  try {
    return { value: JSON.parse(raw.toString('utf8')) as unknown, raw }
  } catch (error) {
    return { value: undefined, raw, broken: () => whereItBroke(raw, error as Error) }
  }
}

/**
 * The most objects, arrays and keys of one document. Each takes some hundred bytes of memory, and two bytes of a body
 * are enough to state one. Pods have one in twenty bytes.
 */
const partsMax = 4_000_000

function refuseTooMany(raw: Buffer): void {
  if (raw.length < partsMax) return
  let parts = 0
  for (let pos = 0; pos < raw.length; pos++) {
    const byte = raw[pos]!
    if (byte === 0x22) pos = endOfString(raw, pos)
    else if (byte === 0x7b || byte === 0x5b || byte === 0x3a) parts++
  }
  if (parts > partsMax)
    throw new AfterlogError(
      'too-large',
      `a document has ${parts} objects, arrays and keys, of at most ${partsMax}; send fewer objects at once`,
    )
}

/** Returns where the string that begins at `start` ends: its closing quote, or the end of the text. */
function endOfString(raw: Buffer, start: number): number {
  let pos = start + 1
  while (pos < raw.length && raw[pos] !== 0x22) pos += raw[pos] === 0x5c ? 2 : 1
  return pos
}

function whereItBroke(raw: Buffer, error: Error): string {
  const position = /at position (\d+)/.exec(error.message)?.[1]
  const words = error.message.split(/,? "|,? \.\.\."| in JSON/)[0]
  if (position !== undefined) return `${words} at byte ${position}`
  const scanner = new JsonScanner(raw)
  try {
    scanner.value()
  } catch (failure) {
    if (!(failure instanceof JsonSyntaxError)) throw failure
    // The scanner stopped at its depth limit, before the place where the text broke.
    return failure.tooDeep ? failure.message : `${words} at byte ${failure.position}`
  }
  return `${words} at byte ${scanner.pos}`
}

/** Yields the lines that are not blank. */
function* lines(body: Buffer): Generator<{ raw: Buffer; number: number }> {
  for (let start = 0, number = 1; start < body.length; number++) {
    const newline = body.indexOf(0x0a, start)
    const end = newline === -1 ? body.length : newline
    if (!isBlank(body, start, end)) yield { raw: body.subarray(start, end), number }
    start = end + 1
  }
}

function isBlank(body: Buffer, start: number, end: number): boolean {
  let pos = start
  while (pos < end && body[pos]! <= 0x20) pos++
  return pos === end
}

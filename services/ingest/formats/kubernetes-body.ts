// The body of a lifecycle post as JSON values, one per document. In NDJSON a line that is not JSON fails alone, unless
// no line is JSON. A JSON body that is not JSON fails as a whole, with the byte where it broke.
import { AfterlogError } from '#shared/errors.ts'
import { JsonScanner, JsonSyntaxError } from './json-scanner.ts'

export interface Document {
  value: unknown
  /** The bytes as received. */
  raw: Buffer
  /** Why the document is not JSON. `value` is undefined then. */
  broken?: string
}

/** Throws `invalid-body` where no document is JSON, or where no document is an object. */
export function readDocuments(body: Buffer, contentType: 'json' | 'ndjson'): Document[] {
  if (contentType === 'json') {
    const document = parse(body)
    if (document.broken !== undefined)
      throw new AfterlogError('invalid-body', `the body is not JSON: ${document.broken}`)
    if (typeof document.value !== 'object' || document.value === null) throw notObjects('the body')
    return [document]
  }
  const lines = splitLines(body)
  const documents = lines.map(({ raw }) => parse(raw))
  const first = documents[0]
  if (first !== undefined && documents.every(({ broken }) => broken !== undefined)) {
    throw new AfterlogError('invalid-body', `the body is not NDJSON: line ${lines[0]!.number}: ${first.broken}`)
  }
  if (first !== undefined && documents.every(({ value }) => typeof value !== 'object' || value === null))
    throw notObjects(`line ${lines[0]!.number}`)
  return documents
}

const notObjects = (where: string) =>
  new AfterlogError(
    'invalid-body',
    `${where} is not a lifecycle record: expected a Kubernetes Pod, Node or Event, a list of them, ` +
      'or a watch event {type, object}',
  )

function parse(raw: Buffer): Document {
  try {
    return { value: JSON.parse(raw.toString('utf8')) as unknown, raw }
  } catch (error) {
    return { value: undefined, raw, broken: whereItBroke(raw, error as Error) }
  }
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

function splitLines(body: Buffer): { raw: Buffer; number: number }[] {
  const lines: { raw: Buffer; number: number }[] = []
  for (let start = 0, number = 1; start < body.length; number++) {
    const newline = body.indexOf(0x0a, start)
    const end = newline === -1 ? body.length : newline
    const raw = body.subarray(start, end)
    if (raw.some((byte) => byte > 0x20)) lines.push({ raw, number })
    start = end + 1
  }
  return lines
}

// Elasticsearch's bulk body as its items, which both the records and the answer are made of. A body whose actions
// cannot be read is refused as a whole, as Elasticsearch does: nobody knows which line is a document then.
import { AfterlogError } from '#shared/errors.ts'
import { isFields, type Value } from './agent-values.ts'
import { objectOf } from './json-records.ts'

export interface BulkAction {
  action: 'index' | 'create' | 'update' | 'delete'
  /** Whether it stores a line. */
  stores: boolean
  /** '' where the path of the request names it. */
  index: string
  /** '' where the agent gave none. */
  id: string
}

export interface BulkItem extends BulkAction {
  /** The line behind the action; empty of `delete`. */
  document: Buffer
}

/** Each item has an answer of its own, many times as long as the shortest item. */
const itemsMax = 250_000

/** Throws AfterlogError `invalid-body` and `too-large`. */
export function* bulkItems(body: Buffer): Generator<BulkItem> {
  if (body.length === 0) throw new AfterlogError('invalid-body', 'request body is required')
  if (body[body.length - 1] !== 0x0a)
    throw new AfterlogError('invalid-body', String.raw`The bulk request must be terminated by a newline [\n]`)
  const lines = new Lines(body)
  let line: Buffer | undefined
  let action: BulkAction | undefined
  let count = 0
  while (!lines.isAtEnd()) {
    const next = lines.next()
    if (isBlank(next)) continue
    // Most agents repeat one action.
    if (action === undefined || line?.equals(next) !== true) [line, action] = [next, actionOf(next, lines.number)]
    if (++count > itemsMax)
      throw new AfterlogError('too-large', `the body has more than ${itemsMax} documents; send smaller batches`)
    if (action.action !== 'delete' && lines.isAtEnd())
      throw new AfterlogError('invalid-body', `the ${action.action} of line ${lines.number} has no document behind it`)
    yield { ...action, document: action.action === 'delete' ? next : lines.next() }
  }
  if (count === 0)
    throw new AfterlogError('invalid-body', 'the body has no action: send pairs of an action and its document')
}

class Lines {
  number = 0
  private pos = 0
  private readonly body: Buffer

  constructor(body: Buffer) {
    this.body = body
  }

  isAtEnd(): boolean {
    return this.pos === this.body.length
  }

  next(): Buffer {
    const start = this.pos
    const newline = this.body.indexOf(0x0a, start)
    this.pos = newline + 1
    this.number++
    return this.body.subarray(start, newline)
  }
}

const isBlank = (line: Buffer): boolean => line.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09)

function actionOf(line: Buffer, number: number): BulkAction {
  const fields = line.length > actionBytesMax ? undefined : objectOf(line)
  const [action, ...more] = Object.keys(fields ?? {})
  const metadata = fields?.[action ?? '']
  if (!isAction(action) || more.length > 0 || !isFields(metadata))
    throw new AfterlogError(
      'invalid-body',
      `Malformed action/metadata line [${number}], expected an object of index, create, update or delete but found ` +
        JSON.stringify(line.toString('utf8', 0, 99)),
    )
  const { _index: index, _id: id } = metadata
  return { action, stores: action === 'index' || action === 'create', index: textOf(index), id: textOf(id) }
}

const actionBytesMax = 16 * 1024

const isAction = (name: string | undefined): name is BulkAction['action'] =>
  name === 'index' || name === 'create' || name === 'update' || name === 'delete'
const textOf = (value: Value): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')

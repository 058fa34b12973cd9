// The native batch (design section 4.1): a JSON object with records, or one record per line of NDJSON. Bytes in, rows of `logs` out;
// one bad record never costs its neighbours, and a body that is no batch is refused as a whole.
import { AfterlogError } from '#shared/errors.ts'
import type { Retention } from '#shared/retention.ts'
import type { Decoded } from '../normalise/decoded.ts'
import type { Origin } from '../normalise/origin.ts'
import type { Reject, RejectReason } from '../normalise/reject.ts'
import { LineSink } from '../normalise/line-sink.ts'
import { timeWindow } from '../normalise/time-window.ts'
import type { TableRows } from '../store/table-rows.ts'
import { canonicalEscapes } from './json-escape.ts'
import { JsonScanner, JsonSyntaxError, nullValue } from './json-scanner.ts'
import { defaultsOf, NativeRecord, type BatchDefaults } from './native-record.ts'
import { RecordScanner } from './record-scanner.ts'

export interface DecodeOptions {
  origin: Origin
  retention: Retention
  /** Of the ordinals' hash; fixed for the life of the process. */
  seed: number
}

/** `{"cluster"?, "node"?, "agent"?, "records": […]}`. Throws AfterlogError `invalid-body` where it is none. */
export function decodeBatch(body: Buffer, options: DecodeOptions): Decoded {
  const found = defaultsOf(options.origin)
  // Where cluster, node or agent stand behind the records, which is rare, the records are simply read again.
  return readBatch(body, options, found) ?? readBatch(body, options, found)!
}

/** One record per line. Throws AfterlogError `invalid-body` where no line is JSON. */
export function decodeLines(body: Buffer, options: DecodeOptions): Decoded {
  const json = new JsonScanner(body)
  const run = new Run(json, options, defaultsOf(options.origin))
  let index = 0
  let garbage = 0
  let first = ''
  for (let start = 0; start < body.length;) {
    const newline = body.indexOf(0x0a, start)
    const stop = newline === -1 ? body.length : newline
    json.pos = start
    json.end = stop
    if (json.peek() !== -1) {
      const problem = run.line(index++, start, stop)
      if (problem !== undefined && garbage++ === 0) first = problem
    }
    start = stop + 1
  }
  if (index === 0) throw new AfterlogError('invalid-body', 'the body is empty; send one record per line')
  if (garbage === index) throw new AfterlogError('invalid-body', `no line of the body is a JSON object; the first: ${first}`)
  return run.finish()
}

/** Undefined where the records were read before all that `found` now holds was known. */
function readBatch(body: Buffer, options: DecodeOptions, found: BatchDefaults): Decoded | undefined {
  const json = new JsonScanner(body)
  try {
    if (json.peek() === -1) throw new AfterlogError('invalid-body', 'the body is empty; send {"records": […]}')
    if (json.peek() === 0x5b) {
      throw new AfterlogError(
        'invalid-body',
        'the body is an array; send {"records": […]}, or one record per line as application/x-ndjson',
      )
    }
    const run = readObject(json, options, found)
    if (json.peek() !== -1) json.fail('the end')
    if (run === undefined)
      throw new AfterlogError('invalid-body', 'records is missing; send {"records": […]}', { parameter: 'records' })
    return same(run.defaults, found) ? run.finish() : undefined
  } catch (error) {
    if (error instanceof JsonSyntaxError)
      throw new AfterlogError('invalid-body', `the body is not JSON: ${error.message}`, { position: error.position })
    throw error
  }
}

function readObject(json: JsonScanner, options: DecodeOptions, found: BatchDefaults): Run | undefined {
  let run: Run | undefined
  json.expect(0x7b, '"{"')
  if (json.peek() === 0x7d) json.pos++
  else {
    for (;;) {
      json.string()
      const key = json.bytes.toString('latin1', json.start, json.stop)
      json.expect(0x3a, '":"')
      if (key === 'records') {
        if (run !== undefined) throw new AfterlogError('invalid-body', 'records is there twice', { parameter: 'records' })
        run = new Run(json, options, { ...found })
        run.array()
      } else if (key === 'cluster' || key === 'node' || key === 'agent') found[key] = batchField(json, key) ?? found[key]
      else json.value()
      if (json.peek() === 0x7d) break
      json.expect(0x2c, '"," or "}"')
    }
    json.pos++
  }
  return run
}

function batchField(json: JsonScanner, key: string): Buffer | undefined {
  const kind = json.value()
  if (kind === nullValue) return undefined
  if (kind < 1 || kind > 3) throw new AfterlogError('invalid-body', `${key} must be a string`, { parameter: key })
  if (json.stop - json.start > 4096)
    throw new AfterlogError('invalid-body', `${key} must be at most 4096 bytes long`, { parameter: key })
  const value = canonicalEscapes(json.bytes.subarray(json.start, json.stop))
  return value.length === 0 ? undefined : Buffer.from(value)
}

const same = (a: BatchDefaults, b: BatchDefaults): boolean =>
  a.cluster.equals(b.cluster) && a.node.equals(b.node) && a.agent.equals(b.agent)

/** Records of one batch on their way to rows. */
class Run {
  readonly defaults: BatchDefaults
  private readonly json: JsonScanner
  private readonly slots = new RecordScanner()
  private readonly record: NativeRecord
  private readonly sink: LineSink
  private readonly rejects: Reject[] = []
  private accepted = 0

  constructor(json: JsonScanner, { origin, retention, seed }: DecodeOptions, defaults: BatchDefaults) {
    this.json = json
    this.defaults = defaults
    this.record = new NativeRecord(this.slots, timeWindow(retention, origin.receivedMs), retention)
    this.sink = new LineSink({ tenant: origin.tenant, receivedMs: origin.receivedMs, bytesHint: json.bytes.length, seed })
  }

  /** The array that is next. A record that is no object is rejected; broken JSON is thrown. */
  array(): void {
    const { json } = this
    if (json.peek() !== 0x5b) throw new AfterlogError('invalid-body', 'records must be an array', { parameter: 'records' })
    json.pos++
    if (json.peek() === 0x5d) {
      json.pos++
      return
    }
    for (let index = 0; ; index++) {
      const isObject = json.peek() === 0x7b
      const start = json.pos
      if (isObject) this.slots.read(json)
      else json.value()
      if (isObject) this.add(index, start, json.pos)
      else this.reject(index, 'not-an-object', 'a record must be a JSON object', start, json.pos)
      if (json.peek() === 0x5d) break
      json.expect(0x2c, '"," or "]"')
    }
    json.pos++
  }

  /** One line of NDJSON; the sentence where it is not even a JSON object. */
  line(index: number, start: number, stop: number): string | undefined {
    const { json } = this
    try {
      if (json.peek() !== 0x7b) json.fail('a JSON object')
      this.slots.read(json)
      if (json.peek() !== -1) json.fail('the end of the line')
    } catch (error) {
      if (!(error instanceof JsonSyntaxError)) throw error
      this.reject(index, 'not-json', error.message, start, stop)
      return error.message
    }
    this.add(index, start, stop)
    return undefined
  }

  finish(): Decoded {
    const rows = this.sink.finish()
    const tables: TableRows[] = this.sink.count === 0 ? [] : [{ table: 'logs', rows, count: this.sink.count }]
    return { tables, accepted: this.accepted, rejects: this.rejects }
  }

  private add(index: number, start: number, stop: number): void {
    const { record } = this
    if (record.read(this.json.bytes, this.defaults)) {
      this.sink.add(record.draft)
      this.accepted++
    } else this.reject(index, record.reason, record.detail, start, stop)
  }

  private reject(index: number, reason: RejectReason, detail: string, start: number, stop: number): void {
    this.rejects.push({ index, reason, detail, payload: Buffer.from(this.json.bytes.subarray(start, stop)) })
  }
}

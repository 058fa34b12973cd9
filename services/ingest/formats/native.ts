// Decodes the native batch (docs/formats.md): a JSON object with records, an array of records, one record, or one
// record per line of NDJSON. Bytes come in, drafts of lines go to a sink. One bad record never costs its neighbours. A
// body that has no records is refused as a whole.
import { AfterlogError } from '#shared/errors.ts'
import type { RetentionRules } from '#shared/retention/retention.ts'
import type { Origin } from '../normalise/origin.ts'
import type { BatchOutcome } from '../normalise/decoded.ts'
import { addReject, ManyRejects, type Reject, type RejectReason } from '../normalise/reject.ts'
import type { DraftSink } from '../normalise/line-draft.ts'
import { skipFront } from './byte-order-mark.ts'
import { nulsIn } from './cri.ts'
import { JsonScanner, JsonSyntaxError, tooDeepDetail } from './json-scanner.ts'
import {
  type BatchDefaults,
  batchAndRecord,
  batchField,
  batchSeq,
  defaultsOf,
  formOf,
  type Head,
  inheritedOf,
  isOfRecord,
  isSameHead,
  headKeys,
  keysOf,
  rightForms,
  withoutRecords,
} from './native-head.ts'
import { NativeRecord } from './native-record.ts'
import { RecordScanner } from './record-scanner.ts'

/** The ordinal of a lone record whose ordinal is counted, as in a batch. */
const countedOrdinal = -1

export interface NativeDecoderOptions {
  retention: RetentionRules
  sink: DraftSink
  /** A batch with more rejects throws ManyRejects. */
  rejectsHereMax?: number | undefined
}

/** Decodes any number of batches, one after the other, into one sink. One that throws leaves nothing in the sink. */
export class NativeDecoder {
  private readonly slots = new RecordScanner()
  private readonly record: NativeRecord
  private readonly sink: DraftSink
  private readonly rejectsHereMax: number
  private json = new JsonScanner(Buffer.alloc(0))
  private origin: Pick<Origin, 'cluster' | 'node' | 'agent'> | undefined
  private defaults!: BatchDefaults
  private head!: Head
  private outcome!: BatchOutcome
  private nulsInFront = 0
  private inherited: Required<Reject>['inherited'] | undefined

  constructor({ retention, sink, rejectsHereMax = Infinity }: NativeDecoderOptions) {
    this.record = new NativeRecord(this.slots, retention)
    this.sink = sink
    this.rejectsHereMax = rejectsHereMax
  }

  /** Decodes a body of any form. Throws AfterlogError `invalid-body` where it has none. */
  batch(body: Buffer, origin: Origin): BatchOutcome {
    return this.message(body, origin, countedOrdinal)
  }

  /** Decodes one record per line. Throws AfterlogError `invalid-body` where no line is JSON. */
  lines(body: Buffer, origin: Origin): BatchOutcome {
    this.json = new JsonScanner(body)
    return this.whole(() => {
      this.begin(origin, this.headOf(origin))
      this.readLines(body)
    })
  }

  /**
   * Decodes a Kafka message, whose form its beginning tells. A message of one record with neither offset nor ordinal
   * takes `loneOrdinal`. Throws AfterlogError `invalid-body` for a message without form.
   */
  message(value: Buffer, origin: Origin, loneOrdinal: number): BatchOutcome {
    const json = (this.json = new JsonScanner(value))
    const front = (json.pos = skipFront(value, 0, value.length))
    this.nulsInFront = front === 0 ? 0 : nulsIn(value, 0, front)
    json.peek()
    const start = json.pos
    switch (formOf(json, this.slots)) {
      case 'batch':
        return this.keyed(origin, front)
      case 'array':
        return this.array(value, origin)
      case 'lines':
        return this.lines(value, origin)
      case 'record':
        return this.whole(() => {
          this.begin(origin, this.headOf(origin))
          // The id of a batch tells a message that was sent again from another that is equal.
          this.add(0, start, json.pos, origin.batchId === undefined ? loneOrdinal : countedOrdinal)
        })
    }
  }

  /** Decodes `{"cluster"?, "node"?, "agent"?, "records": […]}`. */
  private keyed(origin: Origin, start: number): BatchOutcome {
    const head = this.headOf(origin)
    return this.whole(() => {
      // Where cluster, node or agent stand behind the records, which is rare, the records are read a second time.
      if (!this.readBatch(head, origin, start)) this.readBatch(head, origin, start)
    })
  }

  /** Decodes an array of records. One that an object follows is a line of NDJSON, which is rare: it is read again. */
  private array(body: Buffer, origin: Origin): BatchOutcome {
    const { json } = this
    return this.whole(() => {
      this.begin(origin, this.headOf(origin))
      this.readRecords()
      const next = json.peek()
      if (next === 0x7b) {
        this.sink.abandon()
        this.begin(origin, this.head)
        this.readLines(body)
      } else if (next !== -1) json.fail('the end')
    })
  }

  private whole(read: () => void): BatchOutcome {
    try {
      read()
      this.sink.end()
      const nulBytes = this.nulsInFront + this.record.nulBytes
      if (nulBytes > 0) this.outcome.nulBytes = nulBytes
      return this.outcome
    } catch (error) {
      this.sink.abandon()
      if (error instanceof JsonSyntaxError)
        throw new AfterlogError('invalid-body', `the body is not JSON: ${error.message}`, { position: error.position })
      throw error
    }
  }

  /**
   * Returns the head of an origin. It is escaped once for consecutive batches of one origin, since Kafka has many small
   * ones.
   */
  private headOf({ cluster, node, agent }: Origin): Head {
    const last = this.origin
    if (cluster !== last?.cluster || node !== last.node || agent !== last.agent) {
      this.origin = { cluster, node, agent }
      this.defaults = defaultsOf(this.origin)
    }
    return { ...this.defaults, seq: 0 }
  }

  private begin(origin: Origin, head: Head): void {
    this.head = head
    this.inherited = undefined
    this.outcome = { accepted: 0, rejects: [] }
    this.record.begin(origin.receivedMs, this.json.bytes)
    const { tenant, receivedMs, arrival = 0, batchId = '' } = origin
    this.sink.begin({ tenant, receivedMs, arrival, batchId, seq: head.seq })
  }

  /**
   * Fills `head`. Returns false where the records came before a field that changed `head`: the caller reads them again.
   */
  private readBatch(head: Head, origin: Origin, start: number): boolean {
    const { json } = this
    json.pos = start
    if (json.peek() !== 0x7b)
      throw new AfterlogError(
        'invalid-body',
        `the body is neither an object nor an array: ${json.problem('"{" or "["')}; ${rightForms}`,
      )
    let used: Head | undefined
    let fieldOfRecord: string | undefined
    for (const key of keysOf(json, headKeys)) {
      if (key === 'records') {
        used = { ...head }
        this.begin(origin, used)
        this.readRecords()
      } else if (key === 'cluster' || key === 'node' || key === 'agent') head[key] = batchField(json, key) ?? head[key]
      else if (key === 'seq') head.seq = batchSeq(json)
      else if (isOfRecord(json, key)) fieldOfRecord ??= key
    }
    if (json.peek() !== -1) json.fail('the end')
    if (used === undefined) throw withoutRecords()
    if (fieldOfRecord !== undefined) throw batchAndRecord(fieldOfRecord)
    if (isSameHead(used, head)) return true
    this.sink.abandon()
    return false
  }

  /** Reads the array of records. A record that is not an object is rejected; broken JSON throws. */
  private readRecords(): void {
    const { json } = this
    if (json.peek() !== 0x5b)
      throw new AfterlogError('invalid-body', 'records must be an array; one record has none', { parameter: 'records' })
    json.pos++
    if (json.peek() === 0x5d) {
      json.pos++
      return
    }
    for (let index = 0; ; index++) {
      const isObject = json.peek() === 0x7b
      const start = json.pos
      const tooDeep = this.readElement(isObject)
      if (tooDeep !== undefined) this.reject(index, 'bad-field', tooDeep, start, json.pos)
      else if (isObject) this.add(index, start, json.pos, countedOrdinal)
      else this.reject(index, 'not-an-object', 'a record must be a JSON object', start, json.pos)
      if (json.peek() === 0x5d) break
      json.expect(0x2c, '"," or "]"')
    }
    json.pos++
  }

  /** Reads a record, or what stands in its place. Returns a sentence where it is nested too deep, and skips it. */
  private readElement(isObject: boolean): string | undefined {
    const { json } = this
    const start = json.pos
    try {
      if (isObject) this.slots.read(json)
      else json.value()
      return undefined
    } catch (error) {
      if (!(error instanceof JsonSyntaxError && error.tooDeep)) throw error
      json.pos = start
      json.skipBrackets()
      return tooDeepDetail(error)
    }
  }

  private readLines(body: Buffer): void {
    const { json } = this
    this.nulsInFront = 0
    let index = 0
    let garbage = 0
    let first = ''
    for (let start = 0; start < body.length;) {
      const newline = body.indexOf(0x0a, start)
      const stop = newline === -1 ? body.length : newline
      const front = (json.pos = skipFront(body, start, stop))
      json.end = stop
      if (json.peek() !== -1) {
        if (front > start) this.record.nulBytes += nulsIn(body, start, front)
        const problem = this.line(index++, front, stop)
        if (problem !== undefined && garbage++ === 0) first = problem
      }
      start = stop + 1
    }
    if (index === 0) throw new AfterlogError('invalid-body', 'the body is empty; send one record per line')
    if (garbage === index)
      throw new AfterlogError('invalid-body', `no line of the body is a JSON object; the first: ${first}`)
  }

  /** Reads one line of NDJSON. Returns a sentence where the line is not a JSON object. */
  private line(index: number, start: number, stop: number): string | undefined {
    const { json } = this
    if (json.peek() !== 0x7b) {
      const problem = json.problem('a JSON object')
      this.reject(index, 'not-json', problem, start, stop)
      return problem
    }
    try {
      this.slots.read(json)
      if (json.peek() !== -1) json.fail('the end of the line')
    } catch (error) {
      if (!(error instanceof JsonSyntaxError)) throw error
      const { tooDeep, message } = error
      this.reject(index, tooDeep ? 'bad-field' : 'not-json', tooDeep ? tooDeepDetail(error) : message, start, stop)
      return tooDeep ? undefined : message
    }
    this.add(index, start, stop, countedOrdinal)
    return undefined
  }

  private add(index: number, start: number, stop: number, loneOrdinal: number): void {
    const { record, json } = this
    if (!record.read(json.bytes, this.head)) return this.reject(index, record.reason, record.detail, start, stop)
    const { draft } = record
    draft.index = index
    if (draft.ordinal < 0 && draft.offset < 0) draft.ordinal = loneOrdinal
    this.sink.add(draft)
    this.outcome.accepted++
  }

  private reject(index: number, reason: RejectReason, detail: string, start: number, stop: number): void {
    const { bytes } = this.json
    if (this.outcome.rejects.length >= this.rejectsHereMax) throw new ManyRejects()
    const make = (): Reject => ({
      index,
      reason,
      detail,
      payload: Buffer.from(bytes.subarray(start, stop)),
      inherited: (this.inherited ??= inheritedOf(this.head)),
    })
    // A number is nobody's.
    const isScalar = reason === 'not-an-object' && bytes[start] !== 0x5b && bytes[start] !== 0x22
    addReject(this.outcome.rejects, make, !isScalar)
  }
}

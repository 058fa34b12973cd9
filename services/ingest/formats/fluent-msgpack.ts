// Records of Fluent Bit and Fluentd in msgpack, one behind the other: entries [time, record] and [[time, metadata],
// record] as out_http sends them, bare records as out_kafka does, and events of the Forward protocol with their tags.
// https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1 and …-v1.5, and
// https://docs.fluentbit.io/manual/development/msgpack-format
import { AfterlogError } from '#shared/errors.ts'
import type { Origin } from '../normalise/origin.ts'
import { AgentRecord } from './agent-record.ts'
import { isFields, isFlattened, jsonOf } from './agent-values.ts'
import { isObject } from './kubernetes-records.ts'
import { addKey, addTag, isFileKey, parseTag, type Tag } from './fluent-tag.ts'
import { eventTime, secondsText } from './fluent-time.ts'
import { array, binary, extension, hex, map, MsgpackSyntaxError, nil, number, string } from './msgpack-heads.ts'
import { MsgpackReader, NotUtf8, TooDeep } from './msgpack-reader.ts'
import { NativeLines, type Translate } from './native-lines.ts'

export const msgpackRecords: Translate = (body, origin) => {
  try {
    return new Translation(body, 'utf8', origin).lines
  } catch (error) {
    if (error instanceof NotUtf8) return new Translation(body, 'latin1', origin).lines
    throw error
  }
}

/** Bytes of what cannot be a record that its dead letter has. */
const brokenBytesMax = 48 * 1024

/** Seconds with which Fluent Bit marks the begin and the end of a group of OTLP records. */
const groupBegins = 0xff_ff_ff_ff
const groupEnds = 0xff_ff_ff_fe

/** An object of Kubernetes, or what one travels in, has one of these. */
const namesOfObjects = new Set(['kind', 'object', 'involvedObject', 'regarding'])

type From = Pick<Origin, 'receivedMs' | 'tag' | 'key'>

class Translation {
  readonly lines: NativeLines
  private readonly reader: MsgpackReader
  private readonly record = new AgentRecord()
  /** What the records of a group have in common. */
  private group: AgentRecord | undefined
  private tag: Tag | undefined
  /** Whether the record has a field that objects of Kubernetes have. */
  private mayBeObject = false
  private readonly receivedMs: number
  private readonly key: string | undefined

  constructor(body: Buffer, encoding: 'utf8' | 'latin1', { receivedMs, tag, key }: From) {
    this.lines = new NativeLines(body.length * 2, encoding)
    this.reader = new MsgpackReader(body, encoding)
    this.receivedMs = receivedMs
    this.key = key
    this.tag = tag === undefined ? undefined : parseTag(tag)
    try {
      while (this.reader.pos < body.length) this.element()
    } catch (error) {
      throw error instanceof MsgpackSyntaxError ? notMsgpack(error) : error
    }
  }

  /** An entry, a record, an event, or the nil of a heartbeat. */
  private element(): void {
    const { reader } = this
    const start = reader.pos
    const kind = reader.peek()
    if (kind === map) return this.readAs(() => this.fields(undefined))
    if (kind === array) {
      const isEvent = this.isEvent()
      reader.pos = start
      return isEvent ? this.event() : this.entry()
    }
    if (kind !== nil)
      throw new MsgpackSyntaxError(`an array or a map should stand where ${hex(reader.bytes[start]!)} does`, start)
    reader.pos++
  }

  /** Whether an array is an event, also one whose tag is no text: no entry has what stands behind the tag there. */
  private isEvent(): boolean {
    const { reader } = this
    const length = reader.arrayLength()
    const tag = length === 0 ? nil : reader.peek()
    if (tag === string) return true
    if (length < 2 || tag === array) return false
    reader.skip()
    const kind = reader.peek()
    const isMessage = kind === number || kind === extension
    return kind === array || kind === binary || (length > 2 && (kind === string || isMessage))
  }

  /** An event has its own tag and groups, and leaves none to what follows. */
  private event(): void {
    const { tag, reader } = this
    const length = reader.arrayLength()
    this.tag = [string, binary].includes(reader.peek()) ? parseTag(reader.key()) : (reader.skip(), undefined)
    this.group = undefined
    this.behindTag(length)
    this.tag = tag
    this.group = undefined
  }

  /** [tag, [entry, …], option], [tag, entries as bytes, option] or [tag, time, record, option], without the option. */
  private behindTag(length: number): void {
    const { reader } = this
    const kind = length < 2 ? nil : reader.peek()
    if (kind === array) {
      for (let left = reader.arrayLength(); left > 0; left--) this.entry()
      this.skip(length - 2)
    } else if (kind === string || kind === binary) {
      const start = reader.pos
      const entries = reader.raw()
      const compression = length === 3 ? this.compression() : ''
      this.skip(Math.max(length - 3, 0))
      if (compression === '' || compression === 'text') this.packed(entries)
      else this.broken(start, `the entries of the event are not ${jsonOf(compression)}, or are not read so here`)
    } else if (length >= 3 && length <= 4 && (kind === number || kind === extension)) {
      this.readAs(() => this.timed(), 2)
      this.skip(length - 3)
    } else {
      const start = reader.pos
      this.skip(length - 1)
      this.broken(start, 'an event must be [tag, entries] or [tag, time, record]')
    }
  }

  /** Reads an option, and returns how it says that the entries are compressed. */
  private compression(): string {
    const { reader } = this
    let compression = ''
    if (reader.peek() !== map) {
      reader.skip()
      return compression
    }
    for (let left = reader.mapLength(); left > 0; left--) {
      const name = reader.peek() === string ? reader.key() : (reader.skip(), '')
      if (name === 'compressed' && reader.peek() === string) compression = reader.key()
      else reader.skip()
    }
    return compression
  }

  private skip(values: number): void {
    for (let left = values; left > 0; left--) this.reader.skip()
  }

  /** Entries one behind the other. What is broken among them ends them, and nothing else. */
  private packed(entries: Buffer): void {
    const { reader } = this
    const behind = reader.pos
    const start = entries.byteOffset - reader.bytes.byteOffset
    reader.pos = start
    reader.stop = start + entries.length
    let at = start
    try {
      for (; at < reader.stop; at = reader.pos) {
        if (reader.peek() !== array) throw new MsgpackSyntaxError('what stands there is no array', at)
        this.entry()
      }
    } catch (error) {
      if (!(error instanceof MsgpackSyntaxError)) throw error
      reader.pos = reader.stop
      this.broken(at, `the entries of the event are broken at byte ${error.position - start}: ${error.message}`)
    }
    reader.pos = behind
    reader.stop = reader.bytes.length
  }

  /** [time, record] or [[time, metadata], record]. */
  private entry(): void {
    const { reader } = this
    const start = reader.pos
    if (reader.peek() === array && reader.arrayLength() === 2) return this.readAs(() => this.timed(), 2)
    reader.pos = start
    reader.skip()
    this.broken(start, 'an entry must be [time, record]')
  }

  /** Reads a record of so many values. One that cannot be a record is rejected alone. */
  private readAs(read: () => string | undefined, values = 1): void {
    const { reader } = this
    const start = reader.pos
    let problem: string | undefined
    try {
      problem = read()
    } catch (error) {
      if (!(error instanceof TooDeep)) throw error
      problem = 'the record is nested deeper than 64 levels'
    }
    if (problem === undefined) return
    reader.pos = start
    this.skip(values)
    this.broken(start, problem)
  }

  /** A time, or [time, metadata], and the record. Returns why it is none. */
  private timed(): string | undefined {
    const { reader } = this
    const hasMetadata = reader.peek() === array
    const start = reader.pos
    if (hasMetadata && reader.arrayLength() !== 2) return 'metadata must be [time, metadata]'
    const time = this.time()
    if (time === groupBegins || time === groupEnds) {
      reader.pos = start
      reader.skip()
      return this.border(time)
    }
    const metadata = reader.pos
    if (hasMetadata) reader.skip()
    if (reader.peek() !== map) return 'the record is no map'
    return this.fields(time, hasMetadata ? metadata : undefined)
  }

  private fields(time: string | undefined, metadata?: number): undefined {
    const { reader, record, lines } = this
    const start = reader.pos
    record.reset(this.group)
    this.mayBeObject = false
    this.addMap('', 0)
    const stop = reader.pos
    if (this.mayBeObject && !this.isOfFile()) {
      reader.pos = start
      const value = reader.value()
      if (isFields(value) && isObject(value)) {
        lines.object(jsonOf(value))
        return
      }
    }
    if (metadata !== undefined) {
      reader.pos = metadata
      if (reader.peek() === map) this.addMap('', 0)
      reader.pos = stop
    }
    if (!record.has('message') && !record.has('cri')) {
      reader.pos = start
      record.set('message', jsonOf(reader.value()))
    }
    if (time !== undefined) record.add('date', time)
    if (this.key !== undefined) addKey(record, this.key)
    if (this.tag !== undefined) addTag(record, this.tag)
    record.writeTo(lines)
  }

  private isOfFile(): boolean {
    const isOfKey = this.key !== undefined && isFileKey(this.key)
    return isOfKey || this.tag?.path !== undefined || this.group?.hasOwner() === true
  }

  /** Adds the pairs of a map, with dots between the names of those inside each other, and makes no object of them. */
  private addMap(prefix: string, depth: number): void {
    const { reader, record } = this
    for (let left = reader.mapLength(); left > 0; left--) {
      const name = prefix + reader.key()
      if (depth === 0 && namesOfObjects.has(name)) this.mayBeObject = true
      if (reader.peek() === map && isFlattened(name, depth)) this.addMap(`${name}.`, depth + 1)
      else record.add(name, reader.value(depth + 1), depth)
    }
  }

  /** The mark in front of or behind records that have a resource in common. */
  private border(mark: typeof groupBegins | typeof groupEnds): string | undefined {
    const body = this.reader.value()
    this.group = undefined
    if (mark === groupEnds) return undefined
    const resource = isFields(body) ? body['resource'] : undefined
    const attributes = isFields(resource) ? resource['attributes'] : undefined
    if (!isFields(attributes)) return undefined
    this.group = new AgentRecord()
    this.group.source = 'agent'
    this.group.addAll(attributes)
    return undefined
  }

  /** A time as a native record has it, or a mark. A time of 0 is that of the arrival, as Fluentd's in_forward has it. */
  private time(): string | typeof groupBegins | typeof groupEnds | undefined {
    const { reader } = this
    if (reader.peek() !== extension) {
      const value = reader.value()
      if (value === 0) return String(this.receivedMs)
      return value === null ? undefined : secondsText(value)
    }
    const { type, data } = reader.extension()
    if (type !== 0 || data.length !== 8) return `of extension ${type} with ${data.length} bytes`
    const [seconds, nanos] = [data.readUInt32BE(0), data.readUInt32BE(4)]
    if (seconds === groupBegins || seconds === groupEnds) return seconds
    if (seconds === 0 && nanos === 0) return String(this.receivedMs)
    return eventTime(seconds, nanos)
  }

  /** Writes a record of what stands from `start` to where the reader is, which is rejected for the problem. */
  private broken(start: number, problem: string): void {
    const { reader, record, lines } = this
    record.reset()
    record.add('msgpack', reader.bytes.toString('base64', start, Math.min(reader.pos, start + brokenBytesMax)))
    if (this.tag !== undefined) addTag(record, this.tag)
    record.writeTo(lines, problem)
  }
}

const notMsgpack = ({ message, position }: MsgpackSyntaxError): AfterlogError =>
  new AfterlogError('invalid-body', `the body is not msgpack records one behind the other: ${message}`, { position })

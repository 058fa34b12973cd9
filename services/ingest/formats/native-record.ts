// Turns one record of a native batch, from the slots that the scanner filled, into a draft of a line. A record that
// cannot be a line gives a reason and a sentence that names the field.
import { isUtf8 } from 'node:buffer'
import type { RejectReason } from '../normalise/reject.ts'
import { LineDraft, text, type texts } from '../normalise/line-draft.ts'
import { capEscaped, capText, recordBytesMax } from '../normalise/line-cap.ts'
import { lineTimeMaxMs, type RetentionClass, TimeWindow, tooOld } from '../normalise/time-window.ts'
import type { RetentionRules } from '#shared/retention/retention.ts'
import { CriReader, nulsIn, skipNuls } from './cri.ts'
import type { BatchDefaults } from './native-head.ts'
import { readDockerLine } from './docker-json.ts'
import { canonicalEscapes, isText, notText, unescapedLength, unescapeJson } from './json-escape.ts'
import { none, nullValue, numberValue, plainString, unicodeString } from './json-scanner.ts'
import { PathCache } from './path-cache.ts'
import { makeMark, markProblem, recordsInRecord } from './record-forms.ts'
import { ownerProblem } from './record-owner.ts'
import { type RecordScanner, slot } from './record-scanner.ts'
import { readCount, readFlag, readMap, readStream } from './record-values.ts'
import { readSeverity, withSeverity } from './record-severity.ts'
import { impossibleTime, readTime, timeText } from './record-time.ts'
import { TimeReader } from './time-bytes.ts'

/** The most bytes of a name, an id or a path. */
const nameBytesMax = 4096

export class NativeRecord {
  readonly draft = new LineDraft()
  reason: RejectReason = 'bad-field'
  detail = ''
  /** NUL bytes in front of the lines of the batch. */
  nulBytes = 0
  /** Whether the batch is UTF-8 as a whole, so that its names need not be looked at. */
  private isUtf8 = true
  private readonly time = new TimeReader()
  private readonly cri = new CriReader()
  private readonly paths = new PathCache()
  private lastNamespace: Buffer = Buffer.alloc(0)
  private lastClass: RetentionClass
  private readonly slots: RecordScanner
  private readonly window: TimeWindow

  constructor(slots: RecordScanner, retention: RetentionRules) {
    this.slots = slots
    this.window = new TimeWindow(retention)
    this.lastClass = this.window.classOf('')
  }

  /** Begins a batch, whose records arrived at this time, in ms since 1970. NaN means unknown. */
  begin(receivedMs: number, batch: Buffer): void {
    this.nulBytes = 0
    this.isUtf8 = isUtf8(batch)
    if (this.window.arrived(receivedMs)) this.lastClass = this.window.classOf(this.lastNamespace.toString('latin1'))
  }

  /**
   * Fills the draft from the slots. Returns false for a record that cannot be a line; `reason` and `detail` say why.
   */
  read(bytes: Buffer, defaults: BatchDefaults): boolean {
    const { draft } = this
    draft.reset()
    draft.set(text.cluster, defaults.cluster)
    draft.set(text.node, defaults.node)
    draft.set(text.agent, defaults.agent)
    return (
      this.checkForm() &&
      this.readPath(bytes) &&
      this.readNames(bytes) &&
      this.readNumbers(bytes) &&
      this.readLine(bytes) &&
      this.readRest(bytes) &&
      this.checkTime(bytes)
    )
  }

  private fail(reason: RejectReason, detail: string): false {
    this.reason = reason
    this.detail = detail
    return false
  }

  /** What stands in `records` would go unsaid. */
  private checkForm(): boolean {
    const kind = this.slots.kind[slot.records]!
    return kind === none || kind === nullValue || this.fail('bad-field', recordsInRecord)
  }

  private readPath(bytes: Buffer): boolean {
    const { slots, draft } = this
    const index = slot.path
    if (slots.kind[index] === none || slots.kind[index] === nullValue) return true
    if (!slots.isString(index)) return this.fail('bad-field', 'path must be a string')
    const start = slots.start[index]!
    const stop = slots.stop[index]!
    if (stop - start > nameBytesMax) return this.fail('bad-path', `path must be at most ${nameBytesMax} bytes long`)
    const isPlain = slots.kind[index] === plainString
    const path = isPlain ? this.paths.get(bytes, start, stop) : this.paths.ofText(unescapeJson(bytes, start, stop))
    if (path === undefined) {
      if (slots.isString(slot.pod) || slots.isString(slot.unit)) return true
      return this.fail(
        'bad-path',
        'path must end like pods/<namespace>_<pod>_<uid>/<container>/<restart>.log or ' +
          'containers/<pod>_<namespace>_<container>-<id>.log',
      )
    }
    draft.set(text.podUid, path.podUid)
    draft.set(text.namespace, path.namespace)
    draft.set(text.pod, path.pod)
    draft.set(text.container, path.container)
    draft.set(text.containerId, path.containerId)
    draft.restart = path.restart
    return true
  }

  private readNames(bytes: Buffer): boolean {
    return (
      this.name(bytes, 'namespace') &&
      this.name(bytes, 'pod') &&
      this.name(bytes, 'podUid') &&
      this.name(bytes, 'container') &&
      this.name(bytes, 'containerId') &&
      this.name(bytes, 'node') &&
      this.name(bytes, 'unit') &&
      this.name(bytes, 'cluster') &&
      this.name(bytes, 'agent') &&
      this.name(bytes, 'traceId') &&
      this.name(bytes, 'spanId') &&
      this.file(bytes) &&
      this.checkOwner()
    )
  }

  /** Reads a string field. null and "" leave the value of the path or of the batch. */
  private name(bytes: Buffer, field: Exclude<(typeof texts)[number], 'message' | 'file'>): boolean {
    const index = slot[field]
    const kind = this.slots.kind[index]!
    if (kind === none || kind === nullValue) return true
    if (!this.slots.isString(index)) return this.fail('bad-field', `${field} must be a string`)
    return this.text(bytes, index, text[field], field)
  }

  private text(bytes: Buffer, index: number, to: number, field: string): boolean {
    const start = this.slots.start[index]!
    const stop = this.slots.stop[index]!
    if (stop - start > nameBytesMax)
      return this.fail('bad-field', `${field} must be at most ${nameBytesMax} bytes long`)
    if (start === stop) return true
    const isUnicode = this.slots.kind[index] === unicodeString
    if ((isUnicode || !this.isUtf8) && !isText(bytes, start, stop)) return this.fail('bad-field', `${field} ${notText}`)
    if (isUnicode) this.draft.set(to, canonicalEscapes(bytes.subarray(start, stop)))
    else this.draft.set(to, bytes, start, stop)
    return true
  }

  private file(bytes: Buffer): boolean {
    const kind = this.slots.kind[slot.file]!
    if (kind === none || kind === nullValue) return true
    if (kind !== numberValue && !this.slots.isString(slot.file))
      return this.fail('bad-field', 'file must be a string: an inode or a fingerprint')
    return this.text(bytes, slot.file, text.file, 'file')
  }

  private checkOwner(): boolean {
    const problem = ownerProblem(this.draft)
    return problem === undefined || this.fail('missing-field', problem)
  }

  private readNumbers(bytes: Buffer): boolean {
    const { draft } = this
    draft.restart = readCount(this.slots, bytes, slot.restart, draft.restart, 2_147_483_647)
    if (draft.restart < -1) return this.fail('bad-field', 'restart must be a whole number from 0 to 2147483647')
    draft.offset = readCount(this.slots, bytes, slot.offset, -1, Number.MAX_SAFE_INTEGER)
    if (draft.offset < -1) return this.fail('bad-field', 'offset must be a whole number from 0 to 2^53 - 1')
    draft.length = readCount(this.slots, bytes, slot.length, -1, Number.MAX_SAFE_INTEGER)
    if (draft.length < -1) return this.fail('bad-field', 'length must be a whole number from 0 to 2^53 - 1')
    draft.ordinal = readCount(this.slots, bytes, slot.ordinal, -1, Number.MAX_SAFE_INTEGER)
    if (draft.ordinal < -1) return this.fail('bad-field', 'ordinal must be a whole number from 0 to 2^53 - 1')
    const eof = readFlag(this.slots, slot.eof)
    if (eof === undefined) return this.fail('bad-field', 'eof must be true or false')
    draft.eof = eof
    const partial = readFlag(this.slots, slot.partial)
    if (partial === undefined) return this.fail('bad-field', 'partial must be true or false')
    draft.partial = partial
    return true
  }

  private readLine(bytes: Buffer): boolean {
    const { slots, draft } = this
    const isMark = readFlag(slots, slot.mark)
    if (isMark === undefined) return this.fail('bad-field', 'mark must be true or false')
    if (isMark) return makeMark(draft) ? this.readTime(bytes) : this.fail('missing-field', markProblem)
    const kind = slots.kind[slot.cri]!
    if (kind !== none && kind !== nullValue)
      return slots.isString(slot.cri)
        ? this.readRaw(bytes, kind)
        : this.fail('bad-cri', 'cri must be a string: the line as it stands in the file')
    if (slots.kind[slot.message] === none) return this.fail('missing-field', 'message is missing')
    if (!slots.isString(slot.message)) return this.fail('bad-field', 'message must be a string')
    return this.readMessage(bytes) && this.readStream(bytes) && this.readTime(bytes)
  }

  private readMessage(bytes: Buffer): boolean {
    const { slots } = this
    const isVerbatim = readFlag(slots, slot.verbatim)
    if (isVerbatim === undefined) return this.fail('bad-field', 'verbatim must be true or false')
    const kind = slots.kind[slot.message]!
    const from = slots.start[slot.message]!
    const stop = slots.stop[slot.message]!
    this.message(bytes, isVerbatim ? from : this.skipFront(bytes, from, stop, kind), stop, kind === unicodeString)
    return true
  }

  private message(bytes: Buffer, start: number, stop: number, unicode: boolean): void {
    if (!unicode && stop - start <= recordBytesMax) this.draft.set(text.message, bytes, start, stop)
    else this.draft.set(text.message, capText(unescapeJson(bytes, start, stop), recordBytesMax))
  }

  private readRaw(bytes: Buffer, kind: number): boolean {
    const { slots, draft, cri } = this
    let start = slots.start[slot.cri]!
    let stop = slots.stop[slot.cri]!
    if (stop - start >= 2 && bytes[stop - 1] === 0x6e && bytes[stop - 2] === 0x5c && bytes[stop - 3] !== 0x5c) stop -= 2
    if (draft.length < 0 && draft.offset >= 0)
      draft.length = 1 + unescapedLength(bytes, start, stop, kind === plainString)
    start = this.skipFront(bytes, start, stop, kind)
    if (bytes[start] === 0x7b) {
      const line = readDockerLine(unescapeJson(bytes, start, stop), this.time)
      if (typeof line === 'string') return this.fail('bad-cri', line)
      draft.partial = line.partial
      draft.stream = line.stderr ? 2 : 1
      draft.set(text.message, capEscaped(line.message, recordBytesMax))
      return true
    }
    if (!cri.read(bytes, start, stop, this.time)) return this.fail('bad-cri', `not a CRI line: ${cri.problem}`)
    draft.partial = cri.partial
    draft.stream = cri.stderr ? 2 : 1
    this.message(bytes, cri.messageStart, stop, kind === unicodeString)
    return true
  }

  /** A mark is no control byte, so a string that begins with one may be of any kind. */
  private skipFront(bytes: Buffer, start: number, stop: number, kind: number): number {
    if (kind !== unicodeString && bytes[start] !== 0xef) return start
    const line = skipNuls(bytes, start, stop)
    if (line > start) this.nulBytes += nulsIn(bytes, start, line)
    return line
  }

  private readStream(bytes: Buffer): boolean {
    const stream = readStream(this.slots, bytes)
    if (stream === undefined) return this.fail('bad-field', 'stream must be stdout or stderr')
    this.draft.stream = stream
    return true
  }

  private readTime(bytes: Buffer): boolean {
    const kind = this.slots.kind[slot.time]!
    if (kind === none) return this.fail('missing-field', 'time is missing')
    const problem = readTime(this.slots, bytes, this.time)
    return problem === undefined || this.fail(kind === nullValue ? 'missing-field' : 'bad-time', problem)
  }

  private readRest(bytes: Buffer): boolean {
    const { slots, draft } = this
    const severity = readSeverity(slots, bytes)
    draft.severity = Math.max(severity, 0)
    const labels = readMap(slots, bytes, slot.labels)
    if (labels === undefined) return this.fail('bad-field', 'labels must be an object')
    if (labels !== null) draft.labels = labels
    const attributes = readMap(slots, bytes, slot.attributes)
    if (attributes === undefined) return this.fail('bad-field', 'attributes must be an object')
    if (attributes !== null) draft.attributes = attributes
    if (severity < 0) draft.attributes = withSeverity(draft.attributes, slots, bytes)
    return true
  }

  private checkTime(bytes: Buffer): boolean {
    const { draft, time, slots } = this
    if (!draft.equals(text.namespace, this.lastNamespace)) {
      this.lastNamespace = draft.copyOf(text.namespace)
      this.lastClass = this.window.classOf(this.lastNamespace.toString('latin1'))
    }
    const { ms } = time
    const problem = impossibleTime(ms, slots, bytes)
    if (problem !== undefined) return this.fail('bad-time', problem)
    if (this.window.isTooOld(ms, this.lastClass)) return this.fail('too-old', tooOld(timeText(ms), this.lastClass))
    if (this.window.isInTheFuture(ms))
      return this.fail('in-the-future', `time ${timeText(ms)} is more than an hour ahead of its arrival`)
    if (ms >= lineTimeMaxMs) return this.fail('bad-time', `time ${timeText(ms)} is not in 1970 to 2105`)
    draft.seconds = time.seconds
    draft.nanos = time.nanos
    draft.retentionClass = this.lastClass.bytes
    return true
  }
}

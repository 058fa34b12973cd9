// The ids of trace and span that a line of JSON states, as loggers write them beside the text: a field of its top
// level, or `id` in `trace` and `span` there. They are stored as W3C Trace Context has them, in small hex digits.
import { kindsOfKeys } from './json-keys.ts'
import { text, type LineDraft } from './line-draft.ts'
import { JsonMembers } from './json-members.ts'
import { endOfString, isQuote, skipBlanks } from './severity-bytes.ts'

const kind = { trace: 1, span: 2, traceObject: 3, spanObject: 4, id: 5, traceResource: 6 } as const

const kindOf = kindsOfKeys({
  traceid: kind.trace,
  spanid: kind.span,
  // Python's instrumentation of OpenTelemetry, Serilog, Cloud Logging.
  oteltraceid: kind.trace,
  otelspanid: kind.span,
  '@tr': kind.trace,
  '@sp': kind.span,
  'logginggoogleapiscom/trace': kind.traceResource,
  'logginggoogleapiscom/spanid': kind.span,
  trace: kind.traceObject,
  span: kind.spanObject,
  id: kind.id,
})

/** Bytes of a text that are looked at. */
const lookedMax = 16 * 1024

export class TraceIds {
  private trace: Buffer = nothing
  private span: Buffer = nothing
  private readonly traceDigits = Buffer.alloc(32)
  private readonly spanDigits = Buffer.alloc(16)
  private readonly members = new JsonMembers()

  /**
   * Gives a line that came without a trace id the ids that its text states, which stands at [start, stop), escaped as it
   * is stored. They are valid until the next line.
   */
  addTo(line: LineDraft, bytes: Buffer, start: number, stop: number): void {
    if (!line.isEmpty(text.traceId)) return
    this.read(bytes, start, stop)
    if (this.trace.length === 0) return
    line.set(text.traceId, this.trace)
    if (line.isEmpty(text.spanId)) line.set(text.spanId, this.span)
  }

  private read(bytes: Buffer, start: number, stop: number): void {
    this.trace = this.span = nothing
    const from = skipBlanks(bytes, start, stop)
    if (bytes[from] !== 0x7b) return
    const { members } = this
    members.begin(bytes, from + 1, Math.min(stop, start + lookedMax))
    let inside = 0
    while (members.next()) {
      const keyKind = kindOf(bytes, members.key, members.keyEnd)
      if (keyKind === 0) continue
      if (keyKind === kind.traceObject || keyKind === kind.spanObject) {
        if (!members.isInner()) continue
        inside = keyKind === kind.traceObject ? kind.trace : kind.span
        members.enter()
      } else this.take(bytes, members.value, stop, keyKind !== kind.id ? keyKind : members.isInside ? inside : 0)
    }
    if (this.trace.length > 0 && !isWhole(bytes, members.end, start, stop)) this.trace = this.span = nothing
  }

  private take(bytes: Buffer, value: number, stop: number, keyKind: number): void {
    const isTrace = keyKind === kind.trace || keyKind === kind.traceResource
    if (isTrace && this.trace.length === 0)
      this.trace = idAt(bytes, value, stop, this.traceDigits, keyKind === kind.traceResource)
    else if (keyKind === kind.span && this.span.length === 0)
      this.span = idAt(bytes, value, stop, this.spanDigits, false)
  }
}

/** Whether the text is the object and nothing else. Of a longer text than is looked at, the last character says it. */
function isWhole(bytes: Buffer, end: number, start: number, stop: number): boolean {
  if (stop - start <= lookedMax) return end >= 0 && skipBlanks(bytes, end, stop) >= stop
  let last = stop
  for (;;) {
    if (bytes[last - 1] === 0x20) last--
    else if (bytes[last - 2] === 0x5c && [0x6e, 0x72, 0x74].includes(bytes[last - 1]!)) last -= 2
    else return bytes[last - 1] === 0x7d
  }
}

const nothing = Buffer.alloc(0)
/** Of an id of B3, and of Jaeger before it. */
const halfDigits = 16

/** Returns the id that the string at `start` is, in `digits`; nothing where it is none. A UUID is one without its dashes. */
function idAt(bytes: Buffer, start: number, stop: number, digits: Buffer, mayBeResource: boolean): Buffer {
  if (!isQuote(bytes, start)) return nothing
  const end = endOfString(bytes, start + 2, stop)
  const from = mayBeResource ? behindResource(bytes, start + 2, end) : start + 2
  const isUuid = digits.length === 32 && end - from === 36
  let count = 0
  let isZero = true
  for (let at = from; at < end; at++) {
    const byte = bytes[at]!
    if (isUuid && uuidDashes.includes(at - from)) {
      if (byte !== 0x2d) return nothing
      continue
    }
    const digit = byte >= 0x41 && byte <= 0x46 ? byte | 0x20 : byte
    if (count === digits.length || !isHexDigit(digit)) return nothing
    digits[count++] = digit
    isZero &&= digit === 0x30
  }
  if (isZero) return nothing
  return count === digits.length ? digits : count === halfDigits ? digits.subarray(0, count) : nothing
}

/** Where the dashes of a UUID are. */
const uuidDashes = [8, 13, 18, 23]

/** Returns where the id begins in `projects/shop/traces/…` of Cloud Logging. */
function behindResource(bytes: Buffer, start: number, end: number): number {
  const [prefix] = /^projects\/[^/]+\/traces\//.exec(bytes.toString('latin1', start, Math.min(end, start + 256))) ?? [
    '',
  ]
  return start + prefix.length
}

const isHexDigit = (byte: number): boolean => (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66)

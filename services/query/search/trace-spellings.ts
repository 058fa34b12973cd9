// Pure: the ways in which an id of a trace or a span is written. W3C Trace Context: hex digits; a UUID has dashes, B3
// half of the digits, OTLP in JSON base64 by some senders, AWS X-Ray its own dashes.

export type IdKind = 'trace' | 'span'

/** Of a field that has ids, however its name is written: `trace_id`, `traceId`, `trace.id`, `otelTraceID`. */
export function idKindOf(name: string): IdKind | undefined {
  const [, kind] = /^(?:otel|dd)?(trace|span)id$/.exec(name.toLowerCase().replaceAll(/[._-]/g, '')) ?? []
  return kind === 'trace' || kind === 'span' ? kind : undefined
}

const digitsOf: Readonly<Record<IdKind, readonly number[]>> = { trace: [32, 16], span: [16] }

/**
 * Every spelling of an id: `4BF92F35-…` is also `4bf92f35…`. A text that is no id of that kind is its only spelling.
 * The first is the one that is stored for ids that ingest finds in a line.
 */
export function spellingsOf(kind: IdKind, text: string): string[] {
  const hex = hexOf(kind, text.trim())
  if (hex === undefined) return [text]
  const forms = paddedForms(kind, hex).flatMap((digits) => [
    ...withCapitals(digits),
    ...withCapitals(digits).map((each) => `0x${each}`),
    ...(digits.length === 32 ? withCapitals(uuidOf(digits)) : []),
    ...(digits.length === 32 ? [`1-${digits.slice(0, 8)}-${digits.slice(8)}`] : []),
    Buffer.from(digits, 'hex').toString('base64'),
  ])
  return [...new Set([...forms, text])]
}

export const isId = (kind: IdKind, text: string): boolean => hexOf(kind, text.trim()) !== undefined

/** As they are found in text, where letters match whatever their case. */
export const spellingsInText = (kind: IdKind, text: string): string[] => [
  ...new Map(spellingsOf(kind, text).map((each) => [each.toLowerCase(), each])).values(),
]

/** What people copy with an id in it: headers of W3C, B3, Jaeger, AWS X-Ray and Google Cloud, a URN, braces, quotes. */
const carriers: readonly RegExp[] = [
  /^[0-9a-f]{2}-(?<trace>[0-9a-f]{32})-(?<span>[0-9a-f]{16})-[0-9a-f]{2}$/i,
  /^(?<trace>[0-9a-f]{32}|[0-9a-f]{16})-(?<span>[0-9a-f]{16})(?:-[01d](?:-[0-9a-f]{16})?)?$/i,
  /^(?<trace>[0-9a-f]{32}|[0-9a-f]{16}):(?<span>[0-9a-f]{16}):[0-9a-f]{1,16}:[0-9a-f]{1,2}$/i,
  /^Root=(?<trace>1-[0-9a-f]{8}-[0-9a-f]{24})(?:;Parent=(?<span>[0-9a-f]{16}))?(?:;.*)?$/i,
  /^(?<trace>[0-9a-f]{32})\/\d+(?:;o=\d)?$/i,
  /^projects\/[^/]+\/traces\/(?<trace>[0-9a-f]{32})$/i,
  /^(?:urn:uuid:|[{"'])(?<trace>[^\s{}"']+)[}"']?$/i,
]

/** The small hex digits of an id, alone or in a carrier; undefined for a text that is none. */
function hexOf(kind: IdKind, text: string): string | undefined {
  const own = digitsOfId(kind, text)
  if (own !== undefined) return own
  for (const carrier of carriers) {
    const carried = carrier.exec(text)?.groups?.[kind]
    if (carried !== undefined) return digitsOfId(kind, carried)
  }
  return undefined
}

function digitsOfId(kind: IdKind, text: string): string | undefined {
  const bare = text.replace(/^0x/i, '')
  const isUuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(bare)
  const xray = /^1-([0-9a-f]{8})-([0-9a-f]{24})$/i.exec(bare)
  const hex = isUuid ? bare.replaceAll('-', '') : xray === null ? bare : `${xray[1]}${xray[2]}`
  if (/^[0-9a-f]+$/i.test(hex)) return digitsOf[kind].includes(hex.length) ? hex.toLowerCase() : undefined
  const bytes = /^[A-Za-z0-9+/_-]+=*$/.test(text) ? Buffer.from(text, 'base64') : Buffer.alloc(0)
  const isBase64 = bytes.toString('base64').replaceAll('=', '') === standard(text)
  return isBase64 && digitsOf[kind].includes(bytes.length * 2) ? bytes.toString('hex') : undefined
}

/** Without padding, and with the letters of standard base64. */
const standard = (text: string): string => text.replaceAll('-', '+').replaceAll('_', '/').replaceAll('=', '')

/** An id of 64 bits is also written with zeros before it. */
function paddedForms(kind: IdKind, hex: string): string[] {
  if (kind === 'span') return [hex]
  if (hex.length === 16) return [hex, hex.padStart(32, '0')]
  return hex.startsWith('0'.repeat(16)) ? [hex, hex.slice(16)] : [hex]
}

const withCapitals = (text: string): string[] => [text, text.toUpperCase()]

const uuidOf = (hex: string): string => hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

// Writes a draft of a line as one native record (docs/formats.md) into the value of a message. The record states every
// field of the draft, so that the consumer makes the same row of it. Texts are JSON-escaped already and copied as they
// are.
import { skipNuls } from '../formats/cri.ts'
import { type LineDraft, text, texts } from '../normalise/line-draft.ts'
import { severities } from '../normalise/severity.ts'
import type { RowWriter } from '../store/row-writer.ts'

/** Texts that a record states whenever it has them; cluster, node and agent may stand with the batch instead. */
const ownTexts = texts.filter((name) => !['message', 'cluster', 'node', 'agent'].includes(name))
const prefixes = ownTexts.map((name) => ({ index: text[name], prefix: Buffer.from(`,"${name}":"`) }))

const time = Buffer.from('{"time":')
const message = Buffer.from('","message":"')
const quote = Buffer.from('"')
const streams = ['', ',"stream":"stdout"', ',"stream":"stderr"'].map((part) => Buffer.from(part))
const severityParts = severities.map((name) => Buffer.from(name === '' ? '' : `,"severity":"${name}"`))
const flags = {
  eof: Buffer.from(',"eof":true'),
  partial: Buffer.from(',"partial":true'),
  verbatim: Buffer.from(',"verbatim":true'),
  mark: Buffer.from(',"mark":true'),
}
const numbers = {
  restart: Buffer.from(',"restart":'),
  offset: Buffer.from(',"offset":'),
  length: Buffer.from(',"length":'),
  ordinal: Buffer.from(',"ordinal":'),
}
const maps = { labels: Buffer.from(',"labels":'), attributes: Buffer.from(',"attributes":') }
const emptyMapLength = 2

/** Writes the record without its closing brace, and without cluster, node, agent, and an ordinal yet to be counted. */
export function writeRecord(to: RowWriter, draft: LineDraft): void {
  to.copy(time)
  writeTime(to, draft.seconds, draft.nanos)
  copyText(to, message, draft, text.message)
  to.copy(quote)
  for (const { index, prefix } of prefixes) {
    if (draft.isEmpty(index)) continue
    copyText(to, prefix, draft, index)
    to.copy(quote)
  }
  to.copy(streams[draft.stream]!)
  writeCount(to, numbers.restart, draft.restart)
  writeCount(to, numbers.offset, draft.offset)
  writeCount(to, numbers.length, draft.length)
  writeCount(to, numbers.ordinal, draft.ordinal)
  if (draft.eof) to.copy(flags.eof)
  if (draft.partial) to.copy(flags.partial)
  if (draft.mark) to.copy(flags.mark)
  if (mayLoseFront(draft)) to.copy(flags.verbatim)
  // A severity that the text states is left out: the consumer derives it again.
  to.copy(severityParts[draft.severity]!)
  writeMap(to, maps.labels, draft.labels)
  writeMap(to, maps.attributes, draft.attributes)
}

/**
 * Whether the consumer would skip what the text begins with. Such a text comes from a raw line, behind whose head NUL
 * bytes and marks are the container's own.
 */
function mayLoseFront({ source, start, stop }: LineDraft): boolean {
  const from = start[text.message]!
  return skipNuls(source[text.message]!, from, stop[text.message]!) > from
}

/** Appends a field whose text is escaped. */
export function writeField(to: RowWriter, name: 'cluster' | 'node' | 'agent', escaped: Buffer): void {
  to.copy(fields[name])
  to.copy(escaped)
  to.copy(quote)
}

const fields = {
  cluster: Buffer.from(',"cluster":"'),
  node: Buffer.from(',"node":"'),
  agent: Buffer.from(',"agent":"'),
}

/** Appends the ordinal that was counted. */
export function writeOrdinal(to: RowWriter, ordinal: number): void {
  writeCount(to, numbers.ordinal, ordinal)
}

/** The most bytes that `writeField` and `writeOrdinal` append, with the closing brace. */
export const fieldBytes = (name: 'cluster' | 'node' | 'agent', escaped: Buffer): number =>
  fields[name].length + escaped.length + 1
export const ordinalBytesMax = numbers.ordinal.length + 16 + 1

/** Writes RFC 3339: the engine's form of the time with a T for the space and a Z before the quote. */
function writeTime(to: RowWriter, seconds: number, nanos: number): void {
  const start = to.length
  to.time(seconds, nanos)
  to.bytes[start + '"2026-11-23'.length] = 0x54
  to.length--
  to.byte(0x5a)
}

function copyText(to: RowWriter, prefix: Buffer, draft: LineDraft, index: number): void {
  to.copy(prefix)
  to.copy(draft.source[index]!, draft.start[index], draft.stop[index])
}

function writeCount(to: RowWriter, prefix: Buffer, value: number): void {
  if (value < 0) return
  to.copy(prefix)
  to.integer(value)
}

function writeMap(to: RowWriter, prefix: Buffer, map: Buffer): void {
  if (map.length === emptyMapLength) return
  to.copy(prefix)
  to.copy(map)
}

// Splits the records of one body into messages of a topic, each a native batch below the topic's max.message.bytes.
// Every record has the ordinal of its line in the whole body, so that a body sent again collapses, however it is split.
// Specified in docs/formats.md.
import type { KafkaMessage } from '#shared/kafka/publisher-port.ts'
import { RowWriter } from '../store/row-writer.ts'
import { type BatchRecord, type BatchRecords, type KeyGroup, type Names, sharedNames } from './batch-records.ts'
import { fieldBytes, ordinalBytesMax, writeField, writeOrdinal } from './record-text.ts'
import { linesCut, splitRecords, type RecordSizes } from './split-records.ts'

export interface BatchMessagesOptions {
  topic: string
  headers: Readonly<Record<string, string>>
  /** The largest value in bytes that a message with this key may have. */
  valueBytesMax(key: Buffer): number
  /** The ordinal of the line that begins with this record of the body. */
  ordinalAt(record: number): number
}

/** A record that fits into no message. */
export interface UnfitRecord {
  /** Its index in the body. */
  index: number
  /** The field that is too long, or '' for the record as a whole. */
  field: string
  /** The size of a message with this record alone. */
  bytes: number
  /** The record in the native format. */
  payload: Buffer
}

/** A message of this size ends with the current line: many messages share the work of many consumers. */
const valueBytesGoal = 1_000_000

/** The ordinals of pieces of a cut line begin here, above any count, so that no piece equals a whole line. */
const pieceOrdinals = 2 ** 32

export function batchMessages(
  batch: BatchRecords,
  options: BatchMessagesOptions,
): { messages: KafkaMessage[]; unfit: UnfitRecord[] } {
  const unfit: UnfitRecord[] = []
  const messages = [...batch.groups.values()].flatMap((group) => messagesOf(batch, group, options, unfit))
  return { messages, unfit: unfit.toSorted((a, b) => a.index - b.index) }
}

function messagesOf(
  batch: BatchRecords,
  group: KeyGroup,
  { topic, headers, valueBytesMax, ordinalAt }: BatchMessagesOptions,
  unfit: UnfitRecord[],
): KafkaMessage[] {
  const { key } = group
  const sizes = sizesOf(batch, valueBytesMax(key))
  const pieces = new Set<number>()
  const records = group.records.filter((record) => {
    const bytes = sizes.head(record) + sizes.record(record, record)
    if (bytes <= sizes.max && record.tooLong === '') return true
    unfit.push({ index: record.bodyIndex, field: record.tooLong, bytes, payload: aloneText(batch, record) })
    pieces.add(record.line)
    return false
  })
  const runs = splitRecords(records, sizes)
  for (const line of linesCut(runs)) pieces.add(line)
  const ordinalOf = ({ counted, line, index }: BatchRecord): number => {
    if (!counted) return -1
    if (pieces.has(line)) return pieceOrdinals + index
    return line === index ? ordinalAt(index) : -1
  }
  return runs.map((run) => ({ topic, key, headers, value: valueOf(batch, run, sizes, ordinalOf) }))
}

const nothing = Buffer.alloc(0)
const closing = Buffer.from(']}')
const recordsPart = ',"records":['
const seqBytesMax = ',"seq":'.length + 16

function sizesOf(batch: BatchRecords, bytesMax: number): RecordSizes {
  const fixed = seqBytesMax + recordsPart.length + closing.length
  return {
    head: ({ names }) =>
      names.reduce((sum, name, i) => sum + (batch.lackedBySome[i] ? 0 : fieldBytes(sharedNames[i]!, name)), fixed),
    record: ({ start, stop, names }, first) => {
      let bytes = stop - start + ordinalBytesMax + 2
      if (names === first.names && !batch.lackedBySome.includes(true)) return bytes
      for (let i = 0; i < sharedNames.length; i++)
        if (isOwn(names[i]!, shared(batch, first, i))) bytes += fieldBytes(sharedNames[i]!, names[i]!)
      return bytes
    },
    goal: Math.min(bytesMax, valueBytesGoal),
    max: bytesMax,
  }
}

/**
 * Writes `{"cluster":…,"node":…,"agent":…,"seq":n,"records":[{…},…]}`. A name that every record of the body has stands
 * in front, as in the message's first record.
 */
function valueOf(
  batch: BatchRecords,
  run: readonly BatchRecord[],
  sizes: RecordSizes,
  ordinalOf: (record: BatchRecord) => number,
): Buffer {
  const first = run[0]!
  const common = sharedNames.map((_, i) => shared(batch, first, i))
  const to = new RowWriter(run.reduce((sum, record) => sum + sizes.record(record, first), sizes.head(first)))
  for (const [i, name] of sharedNames.entries()) if (common[i]!.length > 0) writeField(to, name, common[i]!)
  to.copy(Buffer.from(`,"seq":${batch.head.seq + first.index}${recordsPart}`))
  to.bytes[0] = 0x7b
  for (const [i, record] of run.entries()) {
    if (i > 0) to.byte(0x2c)
    to.copy(batch.writer.bytes, record.start, record.stop)
    writeNames(to, record.names, common)
    writeOrdinal(to, ordinalOf(record))
    to.byte(0x7d)
  }
  to.copy(closing)
  return to.take()
}

/**
 * The name in front of a message that begins with this record. It is empty where some record of the body has no such
 * name, since a record cannot revoke a default.
 */
const shared = ({ lackedBySome }: BatchRecords, { names }: BatchRecord, i: number): Buffer =>
  lackedBySome[i] ? nothing : names[i]!

const isOwn = (own: Buffer, common: Buffer): boolean => own.length > 0 && !own.equals(common)

function writeNames(to: RowWriter, names: Names, common: Names): void {
  for (const [i, name] of sharedNames.entries()) if (isOwn(names[i]!, common[i]!)) writeField(to, name, names[i]!)
}

function aloneText(batch: BatchRecords, { start, stop, names }: BatchRecord): Buffer {
  const to = new RowWriter(stop - start + 1024)
  to.copy(batch.writer.bytes, start, stop)
  writeNames(
    to,
    names,
    names.map(() => nothing),
  )
  to.byte(0x7d)
  return to.take()
}

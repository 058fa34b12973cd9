// What of an event of the Forward protocol the connection has to know: how its entries are compressed, which answer its
// sender waits for, and whether it has lines. Pure.
// https://github.com/fluent/fluentd/wiki/Forward-Protocol-Specification-v1.5#option
import { createHash } from 'node:crypto'
import { binary, extension, map, number, string } from '../../formats/msgpack-heads.ts'
import { MsgpackReader } from '../../formats/msgpack-reader.ts'
import { isHeaderText } from '../../publish/message-headers.ts'
import type { Frame } from './frames.ts'

export interface Chunk {
  /** Names the batch: the chunk comes again with it where its sender has seen no answer. */
  id: string
  /** The value as it was sent. */
  encoded: Buffer
}

export interface ForwardEvent {
  /** Undefined where the sender waits for no answer. */
  chunk: Chunk | undefined
  /** Of its entries; undefined where they are as they are. */
  compression: string | undefined
  /** The tag as it was sent, and the packed entries. */
  tag: Buffer
  entries: Buffer | undefined
  /** Metrics and traces of Fluent Bit have no lines. */
  hasLines: boolean
}

/** Returns undefined for the nil of a heartbeat. */
export function parseEvent({ bytes, lastElementAt }: Frame): ForwardEvent | undefined {
  if (bytes[0] === 0xc0) return undefined
  const event: ForwardEvent = {
    chunk: undefined,
    compression: undefined,
    tag: bytes.subarray(0, 0),
    entries: undefined,
    hasLines: true,
  }
  const reader = new MsgpackReader(bytes, 'latin1')
  const length = reader.arrayLength()
  if (length < 3) return event
  const start = reader.pos
  reader.skip()
  event.tag = bytes.subarray(start, reader.pos)
  const kind = reader.peek()
  const isMessage = kind === number || kind === extension
  if (kind === string || kind === binary) event.entries = reader.raw()
  // What stands last of four is an option whatever the others are: their sender waits for an answer.
  if (length !== 4 && (isMessage || length !== 3)) return event
  reader.pos = lastElementAt
  if (reader.peek() === map) readOption(reader, event)
  return event
}

function readOption(reader: MsgpackReader, event: ForwardEvent): void {
  for (let left = reader.mapLength(); left > 0; left--) {
    const name = reader.peek() === string ? reader.key() : (reader.skip(), '')
    const start = reader.pos
    const kind = reader.peek()
    const isText = kind === string || kind === binary
    if (name === 'chunk' && isText) {
      const id = reader.raw()
      event.chunk = { id: batchIdOf(id), encoded: reader.bytes.subarray(start, reader.pos) }
    } else if (name === 'compressed' && isText) {
      const compression = reader.raw().toString('latin1')
      event.compression = compression === 'text' || compression === '' ? undefined : compression
    } else if (name === 'fluent_signal' && kind === number) event.hasLines = reader.value() === 0
    else reader.skip()
  }
}

function batchIdOf(id: Buffer): string {
  const text = id.toString('latin1')
  return isHeaderText(text) ? text : createHash('sha256').update(id).digest('hex')
}

/** The event with entries that are not compressed. */
export function withEntries({ tag }: ForwardEvent, entries: Buffer): Buffer {
  const head = Buffer.from([0xc6, 0, 0, 0, 0])
  head.writeUInt32BE(entries.length, 1)
  return Buffer.concat([Buffer.from([0x92]), tag, head, entries])
}

/** The answer that a chunk is stored. */
export const ackOf = ({ encoded }: Chunk): Buffer => Buffer.concat([Buffer.from('\x81\xa3ack', 'latin1'), encoded])

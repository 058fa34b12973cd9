// Writes native records, one per line (docs/formats.md), for formats whose records are translated; and apart from them
// the objects of Kubernetes that came among them.
import { AfterlogError } from '#shared/errors.ts'
import type { Origin } from '../normalise/origin.ts'
import { RowWriter } from '../store/row-writer.ts'
import { escapeJson } from './json-escape.ts'

/**
 * Returns the records of a body, one native record for each, in their order. Throws AfterlogError `invalid-body` where
 * the body as a whole is not of the format.
 */
export type Translate = (
  body: Buffer,
  origin: Pick<Origin, 'receivedMs' | 'key' | 'firstRecord' | 'peer' | 'tag'>,
) => NativeLines

/** What a resource or a stream says once stands in each of its records, so a small body may become many bytes. */
const bytesMax = 256 * 1024 * 1024

export interface NativeLine {
  /** Fields with their texts; those without text are left out. */
  texts: readonly (readonly [name: string, text: string | undefined])[]
  isPartial: boolean
  /** Bytes where it is not UTF-8. */
  message: string | Uint8Array
  /** The line as it stands in its file, which has time, stream and text. */
  cri?: string | undefined
  labels: ReadonlyMap<string, string>
  attributes: ReadonlyMap<string, string>
}

export class NativeLines {
  /** Sentences about records that could not be translated, by their index. Such a record has no message. */
  readonly problems = new Map<number, string>()
  /** What the agent called a time that is none, by the index of the record. */
  readonly timeNames = new Map<number, string>()
  /** Of native records. */
  count = 0
  /** Where the objects stand among all that the body has. */
  readonly places: number[] = []
  private readonly objects: string[] = []
  private readonly to: RowWriter
  private readonly encoding: 'utf8' | 'latin1'

  /** @param encoding `latin1` where each character of the texts is one byte, of a body that is not UTF-8. */
  constructor(bytesHint: number, encoding: 'utf8' | 'latin1' = 'utf8') {
    this.to = new RowWriter(bytesHint)
    this.encoding = encoding
  }

  write({ texts, isPartial, message, cri, labels, attributes }: NativeLine, problem?: string): void {
    if (problem !== undefined) this.problems.set(this.count, problem)
    this.count++
    if (this.to.length > bytesMax)
      throw new AfterlogError(
        'too-large',
        `the batch becomes more than ${bytesMax} bytes, since each record has what all of them share; send smaller batches`,
      )
    let head = isPartial ? '{"partial":true' : '{"partial":false'
    for (const [name, text] of texts) if (text !== undefined) head += `,"${name}":${JSON.stringify(text)}`
    if (labels.size > 0) head += `,"labels":${mapText(labels)}`
    if (attributes.size > 0) head += `,"attributes":${mapText(attributes)}`
    if (problem !== undefined) return this.text(`${head}}\n`)
    if (cri !== undefined) return this.text(`${head},"cri":${JSON.stringify(cri)}}\n`)
    if (typeof message === 'string') return this.text(`${head},"message":${JSON.stringify(message)}}\n`)
    this.text(`${head},"message":"`)
    this.to.copy(escapeJson(Buffer.from(message.buffer, message.byteOffset, message.byteLength)))
    this.text('"}\n')
  }

  /** Says how the agent named the time of the record that is written next, where it is none. */
  nameTime(name: string): void {
    this.timeNames.set(this.count, name)
  }

  /** Writes a line as it stands in a file of the kubelet. `path`: as JSON. */
  line(path: string, bytes: Buffer): void {
    this.count++
    this.text(`{"path":${path},"cri":"`)
    this.to.copy(escapeJson(bytes))
    this.text('"}\n')
  }

  /** Writes what is no record as it came, so that it is rejected as it came. */
  raw(bytes: Buffer): void {
    const { to } = this
    this.count++
    for (const byte of bytes) to.byte(byte === 0x0a ? 0x20 : byte)
    to.byte(0x0a)
  }

  /** Writes an object, or what one travels in, as a post to /v1/lifecycle has it. */
  object(json: string): void {
    this.places.push(this.count + this.objects.length)
    this.objects.push(this.encoding === 'latin1' ? Buffer.from(json, 'latin1').toString() : json)
  }

  private text(text: string): void {
    if (this.encoding === 'utf8') this.to.text(text)
    else this.to.copy(Buffer.from(text.replaceAll(/[^\0-\xff]/g, unicodeEscape), 'latin1'))
  }

  take(): Buffer {
    return this.to.take()
  }

  /** One object per line. */
  takeObjects(): Buffer {
    return Buffer.from(this.objects.join('\n'))
  }
}

function mapText(map: ReadonlyMap<string, string>): string {
  let text = ''
  for (const [key, value] of map) text += `${text === '' ? '{' : ','}${JSON.stringify(key)}:${JSON.stringify(value)}`
  return `${text}}`
}

export const unicodeEscape = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

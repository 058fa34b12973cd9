// Collects the lines of one body as records for messages, grouped by the key of their messages: the pod's uid, so that
// the lines of a pod stay in one partition and in order. This DraftSink runs beside the LineSink that counts the
// ordinals.
import { unescapeJson } from '../formats/json-escape.ts'
import { lifeKey } from '../normalise/line-lives.ts'
import { type BatchHead, type DraftSink, type LineDraft, text, texts } from '../normalise/line-draft.ts'
import { RowWriter } from '../store/row-writer.ts'
import { writeRecord } from './record-text.ts'

/** Names that a batch may state for all its records. */
export const sharedNames = ['cluster', 'node', 'agent'] as const

/** JSON-escaped names in the order of `sharedNames`; '' where unknown. */
export type Names = readonly Buffer[]

/** One record of the body. */
export interface BatchRecord {
  /** Its place among the accepted records of the body. */
  index: number
  /** Its index in the body, rejected records counted. */
  bodyIndex: number
  /** Where its text begins in the writer: without cluster, node, agent, a counted ordinal and the closing brace. */
  start: number
  stop: number
  names: Names
  /** Whether its ordinal must be counted, since it has neither an offset nor an ordinal of its own. */
  counted: boolean
  /** The index of the first record of its line: its own index, except for a later fragment. */
  line: number
  /** Whether no line of the group is unfinished behind it. */
  between: boolean
  /** The name of a field that is too long, or ''. */
  tooLong: string
}

/** Records of one key, in the order of the body. */
export interface KeyGroup {
  key: Buffer
  records: BatchRecord[]
  /** The first records of lines whose last fragment has not come, by life and stream. */
  unfinished: Map<string, number>
}

/** The most bytes that NativeRecord accepts for a text other than the message. */
const nameBytesMax = 4096

export class BatchRecords implements DraftSink {
  readonly writer: RowWriter
  readonly groups = new Map<string, KeyGroup>()
  head: BatchHead = { tenant: '', receivedMs: Number.NaN, arrival: 0, batchId: '', seq: 0 }
  /** By index into `sharedNames`: whether some record lacks the name, so that no batch may state it for all. */
  readonly lackedBySome = sharedNames.map(() => false)
  private readonly distinctNames = new Map<string, Names>()
  private names: Names = sharedNames.map(() => Buffer.alloc(0))
  private count = 0
  private lastGroup: KeyGroup | undefined
  private lastUid: Buffer = Buffer.alloc(0)

  /** @param bytesHint The size of the body. */
  constructor(bytesHint: number) {
    this.writer = new RowWriter(Math.ceil(bytesHint * 1.1) + 4096)
  }

  begin(head: BatchHead): void {
    this.head = head
    this.writer.length = 0
    this.groups.clear()
    this.lackedBySome.fill(false)
    this.count = 0
    this.lastGroup = undefined
  }

  add(draft: LineDraft): void {
    const group = this.groupOf(draft)
    const start = this.writer.length
    writeRecord(this.writer, draft)
    const index = this.count++
    const line = this.lineOf(group, draft, index)
    group.records.push({
      index,
      bodyIndex: draft.index,
      start,
      stop: this.writer.length,
      names: this.namesOf(draft),
      counted: draft.ordinal < 0 && draft.offset < 0,
      line,
      between: group.unfinished.size === 0,
      tooLong: tooLongName(draft),
    })
  }

  end(): void {}

  abandon(): void {
    this.begin(this.head)
  }

  /**
   * Joins as LineSink does: a fragment begins or continues a line of its life and stream, the next whole record ends
   * it.
   */
  private lineOf({ unfinished }: KeyGroup, draft: LineDraft, index: number): number {
    if (!draft.partial && unfinished.size === 0) return index
    const life = lifeKey(draft)
    const line = unfinished.get(life) ?? index
    if (draft.partial) unfinished.set(life, line)
    else unfinished.delete(life)
    return line
  }

  private groupOf(draft: LineDraft): KeyGroup {
    if (this.lastGroup !== undefined && this.lastUid.length > 0 && draft.equals(text.podUid, this.lastUid))
      return this.lastGroup
    const part = (index: number): string =>
      draft.source[index]!.toString('latin1', draft.start[index], draft.stop[index])
    this.lastUid = draft.copyOf(text.podUid)
    const name =
      this.lastUid.length > 0
        ? part(text.podUid)
        : draft.isEmpty(text.pod)
          ? part(text.node)
          : `${part(text.cluster)}/${part(text.namespace)}/${part(text.pod)}`
    let group = this.groups.get(name)
    if (group === undefined) {
      const escaped = Buffer.from(name, 'latin1')
      group = { key: unescapeJson(escaped, 0, escaped.length), records: [], unfinished: new Map() }
      this.groups.set(name, group)
    }
    return (this.lastGroup = group)
  }

  private namesOf(draft: LineDraft): Names {
    if (!sharedNames.every((name, i) => draft.equals(text[name], this.names[i]!)) || this.distinctNames.size === 0) {
      const own = sharedNames.map((name) => draft.copyOf(text[name]))
      const id = own.map((name) => name.toString('latin1')).join('\0')
      this.names = this.distinctNames.get(id) ?? own
      this.distinctNames.set(id, this.names)
    }
    for (let i = 0; i < sharedNames.length; i++) if (this.names[i]!.length === 0) this.lackedBySome[i] = true
    return this.names
  }
}

/** Returns the name of a field that is too long, or ''. Escapes in full may make a text longer than it was sent. */
function tooLongName(draft: LineDraft): string {
  for (let i = 0; i < texts.length; i++)
    if (i !== text.message && draft.stop[i]! - draft.start[i]! > nameBytesMax) return texts[i]!
  return ''
}

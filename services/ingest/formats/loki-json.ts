// Loki's push in JSON, as native records: labels of a stream by the names of agent-fields.ts, or else labels of the
// line; structured metadata likewise, or else attributes.
// https://grafana.com/docs/loki/latest/reference/loki-http-api/#ingest-logs
import { AfterlogError } from '#shared/errors.ts'
import { AgentRecord } from './agent-record.ts'
import { isFields, type Value } from './agent-values.ts'
import { encodingOf, items, members, nextValue, notJson, parse } from './json-records.ts'
import { JsonScanner } from './json-scanner.ts'
import { writeLine } from './loki-line.ts'
import { NativeLines, type Translate } from './native-lines.ts'

export const lokiJson: Translate = (body) => {
  const push = new LokiJson(body)
  try {
    return push.read()
  } catch (error) {
    throw notJson(error)
  }
}

const wrongEntry =
  'an entry must be [time, line] or [time, line, {structured metadata}]: texts, the time in ns since 1970'

/** Reads streams as they come; values that stand before their labels are read once these are known. */
class LokiJson {
  private readonly json: JsonScanner
  private readonly encoding: 'utf8' | 'latin1'
  private readonly lines: NativeLines
  private readonly base = new AgentRecord()
  private readonly record = new AgentRecord()
  private labelsProblem: string | undefined

  constructor(body: Buffer) {
    this.json = new JsonScanner(body)
    this.encoding = encodingOf(body)
    this.lines = new NativeLines(body.length * 2, this.encoding)
  }

  read(): NativeLines {
    const { json } = this
    let hasStreams = false
    members(json, (name) => {
      if (name !== 'streams') return void nextValue(json)
      hasStreams = true
      items(json, () => this.stream())
    })
    if (json.peek() !== -1) json.fail('the end')
    if (!hasStreams) throw new AfterlogError('invalid-body', 'the body is no push of Loki: it has no list "streams"')
    return this.lines
  }

  private stream(): void {
    const { json } = this
    if (json.peek() !== 0x7b) return this.noStream()
    let [hasLabels, hasValues] = [false, false]
    const waiting: number[] = []
    this.base.reset()
    this.labelsProblem = undefined
    members(json, (name) => {
      if (name === 'stream') {
        hasLabels = true
        this.labels(nextValue(json))
      } else if (name !== 'values') nextValue(json)
      else if (json.peek() !== 0x5b) nextValue(json)
      else if (!hasLabels) {
        hasValues = true
        json.peek()
        waiting.push(json.pos)
        items(json, () => void nextValue(json))
      } else {
        hasValues = true
        items(json, () => this.entry())
      }
    })
    if (!hasValues) {
      this.record.reset(this.base)
      this.record.writeTo(this.lines, 'its stream has no list "values" of entries')
    }
    const end = json.pos
    for (const pos of waiting) {
      json.pos = pos
      items(json, () => this.entry())
    }
    json.pos = end
  }

  private noStream(): void {
    const { bytes } = nextValue(this.json)
    this.record.reset()
    this.record.add('afterlog.sent', bytes.toString(this.encoding, 0, sentMax))
    this.record.writeTo(
      this.lines,
      'a stream must be an object with its labels as "stream" and its entries as "values"',
    )
  }

  private labels({ bytes, isDeep }: { bytes: Buffer; isDeep: boolean }): void {
    const labels = isDeep ? undefined : parse(bytes.toString(this.encoding))
    if (!isFields(labels) || !Object.values(labels).every(isText)) {
      this.labelsProblem = 'the labels of its stream must be an object of texts'
      this.base.add('afterlog.sent', bytes.toString(this.encoding, 0, sentMax))
      return
    }
    this.base.source = 'agent'
    for (const [name, value] of Object.entries(labels)) this.base.addLabel(name, value as string)
  }

  private entry(): void {
    const { record, encoding } = this
    const { bytes, isDeep } = nextValue(this.json)
    const entry = isDeep ? undefined : parse(bytes.toString(encoding))
    record.reset(this.base)
    if (this.labelsProblem === undefined && isList(entry)) {
      const [time, line, metadata = {}] = entry
      if (isText(time) && isText(line) && isFields(metadata)) {
        record.source = 'metadata'
        record.addAll(metadata)
        record.set('time', time)
        return writeLine(record, line, this.lines)
      }
    }
    record.add('afterlog.sent', bytes.toString(encoding, 0, sentMax))
    record.writeTo(this.lines, this.labelsProblem ?? wrongEntry)
  }
}

/** Bytes of what cannot be read that a dead letter has. */
const sentMax = 64 * 1024

const isText = (value: Value): value is string => typeof value === 'string'
const isList = (value: Value): value is readonly Value[] => Array.isArray(value)

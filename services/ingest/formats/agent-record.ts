// One record of an agent on its way to a native record (docs/formats.md): fields by the names of agent-fields.ts, and
// all else as attributes. Nothing is dropped but what another field says better: a second time, the name of a file.
import {
  bareNames,
  dockerPartial,
  fieldsByName,
  fileNames,
  inodeName,
  labelPrefixes,
  lineFields,
  timeNames,
  type LineField,
} from './agent-fields.ts'
import { fits, isLogFile } from './field-forms.ts'
import type { NativeLines } from './native-lines.ts'

/** A value of a record, as JSON and msgpack have them. bigint: a whole number. */
export type Value = string | number | bigint | boolean | null | undefined | Uint8Array | readonly Value[] | Fields
export interface Fields {
  readonly [name: string]: Value
}

/** Objects are flattened into names with dots to this depth; what is deeper is an attribute as JSON. */
export const flattenedDepthMax = 8
/** Attributes and labels of a record. Of more, the number is said. */
const keysMax = 1000
const indexOf = Object.fromEntries(lineFields.map((field, index) => [field, index])) as Record<LineField, number>
const rankOfSet = -1
/** Of a value that is no time. A sentence about it has fewer. */
const timeCharactersMax = 200
/** An empty text gives way to any other of its field. */
const emptyRank = 1000

/** A record that is filled, written and reset, over and over. */
export class AgentRecord {
  private readonly values: (string | undefined)[] = lineFields.map(() => undefined)
  private readonly namesOf: string[] = lineFields.map(() => '')
  private readonly ranks: number[] = lineFields.map(() => Infinity)
  private labels = new Map<string, string>()
  private attributes = new Map<string, string>()
  private left = 0
  /** Whether it is known to be of a file whose path it does not have. */
  isOfFile = false
  /** The text as bytes, where it is not UTF-8. */
  private bytes: Uint8Array | undefined

  /** Forgets all, or all but what `base` has. */
  reset(base?: AgentRecord): void {
    for (let i = 0; i < lineFields.length; i++) {
      this.values[i] = base?.values[i]
      this.namesOf[i] = base?.namesOf[i] ?? ''
      this.ranks[i] = base?.ranks[i] ?? Infinity
    }
    this.labels = new Map(base?.labels)
    this.attributes = new Map(base?.attributes)
    this.left = base?.left ?? 0
    this.isOfFile = base?.isOfFile ?? false
    this.bytes = base?.bytes
  }

  has(field: LineField): boolean {
    return this.values[indexOf[field]] !== undefined || (field === 'message' && this.bytes !== undefined)
  }

  /** What the record says under a field, or as an attribute under a name. */
  valueOf(field: LineField): string | undefined {
    return this.values[indexOf[field]]
  }

  attribute(name: string): string | undefined {
    return this.attributes.get(name)
  }

  /** Sets a field that the format itself names. */
  set(field: LineField, value: string | Uint8Array): void {
    if (typeof value !== 'string') this.bytes = value
    else this.put(indexOf[field], value, rankOfSet, '')
  }

  /** Adds a value by the name that the agent gave it. */
  add(name: string, value: Value, depth = 0): void {
    if (value === null || value === undefined) return
    if (isFields(value) && depth < flattenedDepthMax) {
      if (isEmpty(value) && timeNames.includes(name)) return this.keep(name, '{}')
      return this.addAll(value, `${name}.`, depth + 1)
    }
    const named = fieldsByName.get(name)
    const text = textOf(value)
    if (named === undefined || !fits(named.field, text)) this.keep(name, text)
    else this.put(indexOf[named.field], text, text === '' ? named.rank + emptyRank : named.rank, name)
  }

  /** Adds each field of an object; `prefix` stands in front of the names. */
  addAll(fields: Fields, prefix = '', depth = 0): void {
    for (const name in fields) this.add(prefix + name, fields[name], depth)
  }

  /** Adds a label. One that is no field is a label of the line. */
  addLabel(name: string, text: string): void {
    const named = fieldsByName.get(name)
    const asLabel = labelPrefixes[0] + name
    if (named === undefined || !fits(named.field, text)) this.keep(asLabel, text)
    else this.put(indexOf[named.field], text, named.rank, asLabel)
  }

  private put(index: number, text: string, rank: number, name: string): void {
    const before = this.values[index]
    const isBetter = rank <= this.ranks[index]!
    if (before !== undefined && before !== text && lineFields[index] !== 'time')
      this.keep(...(isBetter ? ([this.namesOf[index]!, before] as const) : ([name, text] as const)))
    if (!isBetter) return
    this.values[index] = text
    this.ranks[index] = rank
    this.namesOf[index] = name
  }

  private keep(name: string, text: string): void {
    const prefix = name.startsWith('k') ? labelPrefixes.find((each) => name.startsWith(each)) : undefined
    const map = prefix === undefined ? this.attributes : this.labels
    if (map.size < keysMax) map.set(prefix === undefined ? name : name.slice(prefix.length), text)
    else this.left++
  }

  /**
   * Writes the record. One without pod is a line of a node, named by its unit or service. A container whose name is not
   * said, as of an application that sends its own lines, has the name of its service.
   * @param problem Says why the record cannot be a line.
   */
  writeTo(lines: NativeLines, problem?: string): void {
    if (!this.has('time') && !this.has('cri')) this.takeWrongTime(lines)
    this.keepOwn()
    const hasOwner = this.has('path') || this.has('pod')
    if (hasOwner) {
      this.keepAside('host')
      this.keepAside('service')
      if (!this.has('path')) this.helpOut('container', 'service')
    } else {
      this.helpOut('node', 'host')
      this.helpOut('unit', 'service')
    }
    this.nameFile()
    if (this.left > 0) this.attributes.set('afterlog.cut', `${this.left} keys were left out`)
    const of = (field: LineField): string | undefined => this.valueOf(field)
    lines.write(
      {
        texts: [
          ['time', of('time')],
          ['path', of('path')],
          ['namespace', of('namespace')],
          ['pod', of('pod')],
          ['podUid', of('podUid')],
          ['container', of('container')],
          ['containerId', of('containerId')?.replace(/^[a-z.+-]+:\/\//, '')],
          ['restart', of('restart')],
          ['node', of('node')],
          ['cluster', of('cluster')],
          ['unit', of('unit')],
          ['stream', of('stream')],
          ['offset', of('offset')],
          ['length', of('length')],
          ['file', of('file')],
          // An offset says it better.
          ['ordinal', this.has('offset') ? undefined : of('ordinal')],
          ['traceId', idOf(of('traceId'))],
          ['spanId', idOf(of('spanId'))],
          ['severity', of('severity')],
        ],
        isPartial: of('logtag') === 'P' || (of('logtag') === 'true' && this.namesOf[indexOf.logtag] === dockerPartial),
        message: this.bytes ?? of('message') ?? '',
        cri: of('cri'),
        labels: this.labels,
        attributes: this.attributes,
      },
      problem,
    )
  }

  /** An inode names a file together with its device. */
  private nameFile(): void {
    const file = indexOf.file
    const device = this.values[indexOf.device]
    if (device === undefined) return
    if (this.namesOf[file] === inodeName) this.values[file] = `${device}-${this.values[file]}`
    else this.keepAside('device')
  }

  private keepAside(field: LineField): void {
    const index = indexOf[field]
    const text = this.values[index]
    if (text !== undefined) this.keep(this.namesOf[index]!, text)
  }

  /**
   * An application may call anything so. Without a path the bare names say nothing of a file, and `node` and `cluster`
   * nothing of Kubernetes where the agent did not name the pod likewise, nor sent the line as it stands in the file.
   */
  private keepOwn(): void {
    if (!this.has('path')) {
      this.keepBare('length')
      this.keepBare('restart')
      if (this.isBare('offset') && !this.isOfLogFile()) this.keepBare('offset')
    }
    if (!this.isBare('node') && !this.isBare('cluster')) return
    if (this.has('cri') || this.isNamedBare('pod') || this.isNamedBare('unit')) return
    this.keepBare('node')
    this.keepBare('cluster')
  }

  private isOfLogFile(): boolean {
    return this.isOfFile || fileNames.some((name) => isLogFile(this.attributes.get(name) ?? this.labels.get(name)))
  }

  private isBare(field: LineField): boolean {
    return this.namesOf[indexOf[field]] === field
  }

  /** Without another time, a value that looks like none is told to the sender, who sees then what is wrong. */
  private takeWrongTime(lines: NativeLines): void {
    const { attributes } = this
    const keys = [...attributes.keys()]
    for (const name of timeNames) {
      const inside = keys.find((key) => key.startsWith(`${name}.`))
      const value =
        attributes.get(name) ?? (inside === undefined ? undefined : `{"${inside.slice(name.length + 1)}":…}`)
      if (value === undefined) continue
      attributes.delete(name)
      this.set('time', value.slice(0, timeCharactersMax))
      return lines.nameTime(name)
    }
  }

  private isNamedBare(field: LineField): boolean {
    return bareNames[field]?.includes(this.namesOf[indexOf[field]]!) === true
  }

  private keepBare(field: LineField): void {
    if (!this.isBare(field)) return
    this.keepAside(field)
    this.values[indexOf[field]] = undefined
  }

  private helpOut(field: LineField, by: LineField): void {
    const [index, from] = [indexOf[field], indexOf[by]]
    if (this.values[index] === undefined) this.values[index] = this.values[from]
    else if (field !== 'container') this.keepAside(by)
  }
}

/** An id of a trace as W3C writes it: hex without dashes, in small letters. One of zeros is none. */
function idOf(text: string | undefined): string | undefined {
  if (text === undefined || !/^[\da-f-]{16,36}$/i.test(text)) return text
  const id = text.replaceAll('-', '').toLowerCase()
  return /^0+$/.test(id) ? undefined : id
}

function isEmpty(fields: Fields): boolean {
  for (const _ in fields) return false
  return true
}

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)

function textOf(value: Exclude<Value, null | undefined>): string {
  if (typeof value === 'string') return value
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString()
  return typeof value === 'object' ? jsonOf(value) : String(value)
}

/** Of ES2026, which the checker's library does not have yet. */
const { rawJSON: rawJson } = JSON as unknown as { rawJSON(text: string): unknown }

/** JSON of values, whose bytes are text and whose whole numbers may be large. */
export const jsonOf = (value: Value): string =>
  JSON.stringify(value, (_, each: unknown) =>
    typeof each === 'bigint' ? rawJson(String(each)) : each instanceof Uint8Array ? textOf(each) : each,
  )

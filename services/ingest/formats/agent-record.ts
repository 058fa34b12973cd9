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
import {
  areOfTwoOwners,
  areOfTwoPods,
  fieldsOfOthers,
  isOfPath,
  isOwned,
  isOwnedByPath,
  levelOfRank,
  rankOf,
  type Source,
} from './agent-owner.ts'
import { isEmpty, isFields, isFlattened, textOf, traceIdOf, type Fields, type Value } from './agent-values.ts'
import { fits, isLogFile, wrongTimeIn } from './field-forms.ts'
import type { NativeLines } from './native-lines.ts'

/** Attributes and labels of a record, and characters of their names and values. Of what is more, the number is said. */
const [keysMax, charactersMax] = [1000, 256 * 1024]
const indexOf = Object.fromEntries(lineFields.map((field, index) => [field, index])) as Record<LineField, number>
const rankOfSet = -1
/** An empty text gives way to any other of its field. */
const emptyRank = 1000

/** Fields that a native record has in another way, or not at all. */
const notCopied = new Set(
  'message cri containerId logtag device ordinal traceId spanId host service dropped'.split(' '),
)
const copied = lineFields.filter((field) => !notCopied.has(field))

/** A record that is filled, written and reset, over and over. */
export class AgentRecord {
  private readonly values: (string | undefined)[] = lineFields.map(() => undefined)
  private readonly namesOf: string[] = lineFields.map(() => '')
  private readonly ranks: number[] = lineFields.map(() => Infinity)
  private labels = new Map<string, string>()
  private attributes = new Map<string, string>()
  private left = 0
  private characters = 0
  /** Whose words are added next. */
  source: Source = 'record'
  /** Whether the metadata of an entry names another owner than its labels do. */
  isTorn = false
  /** The names of two files of different pods. */
  private files: readonly [string, string] | undefined
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
    this.characters = base?.characters ?? 0
    this.source = 'record'
    this.isTorn = base?.isTorn ?? false
    this.files = base?.files
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

  /** Whether it says whose line it is, if only by the id of a container. */
  hasOwner(): boolean {
    return isOwned(this)
  }

  /** Of the level that counts (agent-owner.ts). */
  levelOf(field: LineField): number {
    const index = indexOf[field]
    return this.values[index] === undefined ? Infinity : levelOfRank(this.ranks[index]!)
  }

  /** What the agent called a field. */
  nameOf(field: LineField): string {
    return this.namesOf[indexOf[field]]!
  }

  labelNames(): readonly string[] {
    return [...this.labels.keys()]
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
    if (isFields(value) && isFlattened(name, depth)) {
      if (isEmpty(value) && timeNames.includes(name)) return this.keep(name, '{}')
      return this.addAll(value, `${name}.`, depth + 1)
    }
    const named = fieldsByName.get(name)
    const text = textOf(value)
    if (named === undefined || !fits(named.field, text)) return this.keep(name, text)
    const rank = rankOf(this.source, named, name, depth > 0)
    this.put(indexOf[named.field], text, text === '' ? rank + emptyRank : rank, name)
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
    else this.put(indexOf[named.field], text, rankOf(this.source, named, name, false), asLabel)
  }

  /** Adds the path that a tag or a key says, which counts where the record does not say as much of the same pod. */
  addPath(path: string): void {
    this.leaveToOthers()
    if (isOfPath(this, path)) this.isOfFile = true
    else this.put(indexOf.path, path, 0, 'path')
  }

  private put(index: number, text: string, rank: number, name: string): void {
    const before = this.values[index]
    const isBetter = rank <= this.ranks[index]!
    if (before !== undefined && before !== text && lineFields[index] !== 'time') {
      this.compare(index, before, text, rank, name)
      this.keep(...(isBetter ? ([this.namesOf[index]!, before] as const) : ([name, text] as const)))
    }
    if (!isBetter) return
    this.values[index] = text
    this.ranks[index] = rank
    this.namesOf[index] = name
  }

  /** Notes where two values of a field name two owners. */
  private compare(index: number, before: string, text: string, rank: number, name: string): void {
    const field = lineFields[index]!
    const [one, other] = [levelOfRank(this.ranks[index]!), levelOfRank(rank)]
    if (field === 'path' && one === other && areOfTwoPods(before, text)) this.files = [this.namesOf[index]!, name]
    else if (areOfTwoOwners(field, one, other)) this.isTorn = true
  }

  private keep(name: string, text: string): void {
    const prefix = name.startsWith('k') ? labelPrefixes.find((each) => name.startsWith(each)) : undefined
    const map = prefix === undefined ? this.attributes : this.labels
    if (map.size >= keysMax || this.characters >= charactersMax) return void this.left++
    this.characters += name.length + text.length
    map.set(prefix === undefined ? name : name.slice(prefix.length), text)
  }

  /**
   * Writes the record. One without pod is a line of a node, named by its unit or service. A container whose name is not
   * said, as of an application that sends its own lines, has the name of its service.
   * @param problem Says why the record cannot be a line.
   */
  writeTo(lines: NativeLines, problem?: string): void {
    this.leaveToOthers()
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
    const why = problem ?? this.problemOfFiles()
    const of = (field: LineField): string | undefined => this.valueOf(field)
    lines.write(
      {
        texts: [
          ...copied.map((field) => [field, of(field)] as const),
          ['containerId', of('containerId')?.replace(/^[a-z.+-]+:\/\//, '')],
          // An offset says it better.
          ['ordinal', this.has('offset') ? undefined : of('ordinal')],
          ['traceId', traceIdOf(of('traceId'))],
          ['spanId', traceIdOf(of('spanId'))],
        ],
        isPartial: of('logtag') === 'P' || (of('logtag') === 'true' && this.nameOf('logtag') === dockerPartial),
        message: this.bytes ?? of('message') ?? '',
        cri: of('cri'),
        labels: this.labels,
        attributes: this.attributes,
      },
      why,
    )
  }

  /** The sentence of a record that names two files, whose text is an attribute of its dead letter. */
  private problemOfFiles(): string | undefined {
    if (this.files === undefined || !isOwnedByPath(this)) return undefined
    const text = this.valueOf('message') ?? this.valueOf('cri') ?? (this.bytes && textOf(this.bytes))
    if (text !== undefined) this.keep('message', text)
    return `${this.files.join(' and ')} are files of two pods: say whose line it is by a tag, or in an object kubernetes`
  }

  /** What is the application's is kept as it came. */
  private leaveToOthers(): void {
    for (const field of fieldsOfOthers(this)) this.leave(field)
  }

  private leave(field: LineField): void {
    this.keepAside(field)
    this.values[indexOf[field]] = undefined
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
      if (this.isBare('length')) this.leave('length')
      if (this.isBare('restart')) this.leave('restart')
      if (this.isBare('offset') && !this.isOfLogFile()) this.leave('offset')
    }
    if (!this.isBare('node') && !this.isBare('cluster')) return
    if (this.has('cri') || this.isNamedBare('pod') || this.isNamedBare('unit')) return
    if (this.isBare('node')) this.leave('node')
    if (this.isBare('cluster')) this.leave('cluster')
  }

  private isOfLogFile(): boolean {
    return this.isOfFile || fileNames.some((name) => isLogFile(this.attributes.get(name) ?? this.labels.get(name)))
  }

  private isBare(field: LineField): boolean {
    return this.nameOf(field) === field
  }

  private takeWrongTime(lines: NativeLines): void {
    const wrong = wrongTimeIn(this.attributes)
    if (wrong === undefined) return
    this.attributes.delete(wrong.name)
    this.set('time', wrong.value)
    lines.nameTime(wrong.name)
  }

  private isNamedBare(field: LineField): boolean {
    return bareNames[field]?.includes(this.nameOf(field)) === true
  }

  private helpOut(field: LineField, by: LineField): void {
    const [index, from] = [indexOf[field], indexOf[by]]
    if (this.values[index] === undefined) this.values[index] = this.values[from]
    else if (field !== 'container') this.keepAside(by)
  }
}

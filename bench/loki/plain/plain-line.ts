// One line on its way through a pipeline, as plainly as it can be said: what its stream says, what its structured
// metadata say, and what parsers and formats made. docs/logql.md has the rules.

export type LabelSet = Record<string, string>

/** A line as it is stored. */
export interface StoredLine {
  timeNs: bigint
  message: string
  labels: LabelSet
  metadata: LabelSet
}

/** What parsers of a metric query look for: decision 0021. Undefined: everything. */
export interface Needs {
  names: ReadonlySet<string> | undefined
  /** No label is needed, so that nothing is parsed. */
  nothing: boolean
  /** The first filter of a label is asked as soon as a parser has found the label. */
  filtersAtOnce: boolean
}

export const needsAll: Needs = { names: undefined, nothing: false, filtersAtOnce: true }

/** Ends a parser. */
export type Ended = 'all found' | 'does not pass'

export class PlainLine {
  text: string
  error = ''
  /** A metric query that names `__error__` takes lines with errors of parsers. */
  isErrorTaken = false
  readonly timeNs: bigint
  readonly needs: Needs
  readonly #stream: Map<string, string>
  readonly #metadata: Map<string, string>
  readonly #made = new Map<string, string>()
  readonly #removed = new Set<string>()
  readonly #parsedNames = new Set<string>()
  readonly #filters: ReadonlyMap<string, (line: PlainLine) => boolean>

  constructor(
    { timeNs, message, labels, metadata }: StoredLine,
    filters: ReadonlyMap<string, (line: PlainLine) => boolean> = new Map(),
    needs = needsAll,
  ) {
    this.timeNs = timeNs
    this.text = message
    this.needs = needs
    this.#stream = new Map(Object.entries(labels))
    this.#metadata = new Map(Object.entries(metadata))
    this.#filters = filters
  }

  get(name: string): string | undefined {
    const ofStream = this.#removed.has(name) ? undefined : this.#stream.get(name)
    return this.#metadata.get(name) ?? this.#made.get(name) ?? ofStream
  }

  /** What a text is compared with: '' where there is no such label. */
  textOf(name: string): string {
    return name === '__error__' ? this.error : (this.get(name) ?? '')
  }

  /** The name that a parsed field gets. */
  ownName(name: string): string {
    return this.isTaken(name) ? `${name}_extracted` : name
  }
  /** A label of the stream is its own also where a stage took it away. */
  isTaken(name: string): boolean {
    return this.#stream.has(name) || this.#metadata.has(name)
  }
  wasParsed(name: string): boolean {
    return this.#parsedNames.has(name)
  }
  get hasAllNeeded(): boolean {
    const { names } = this.needs
    return names !== undefined && [...names].every((name) => this.#parsedNames.has(name))
  }
  get isParsed(): boolean {
    return this.needs.nothing || this.hasAllNeeded
  }

  failParser(error: 'JSONParserErr' | 'LogfmtParserErr'): void {
    this.error = error
    this.isErrorTaken = this.needs.names?.has('__error__') ?? false
  }

  /** A field that a parser found; the first of a name counts. */
  found(field: string, value: string): Ended | undefined {
    const name = this.ownName(field)
    const isNeeded = this.needs.names?.has(name) ?? true
    if (isNeeded && !this.#parsedNames.has(name)) {
      this.set(name, value)
      const filter = this.needs.filtersAtOnce ? this.#filters.get(name) : undefined
      if (filter !== undefined && !filter(this)) return 'does not pass'
    }
    return this.hasAllNeeded ? 'all found' : undefined
  }

  /** A field that was asked for by its name. */
  set(name: string, value: string): void {
    this.#metadata.delete(name)
    this.#made.set(name, value)
    this.#parsedNames.add(name)
  }

  remove(name: string): void {
    this.#removed.add(name)
    this.#metadata.delete(name)
    this.#made.delete(name)
  }

  /** All labels, with the error, but without the error's words. */
  get labels(): LabelSet {
    return Object.fromEntries([
      ...[...this.#stream].filter(([name]) => !this.#removed.has(name)),
      ...this.#made,
      ...this.#metadata,
      ...(this.error === '' ? [] : [['__error__', this.error] as const]),
    ])
  }
}

/** A field's name as a label's: letters, digits and `_`, no digit first. */
export function labelName(field: string): string {
  const name = field.trim()
  return (/^[0-9]/.test(name) ? '_' : '') + Array.from(name, (one) => (/^[a-zA-Z0-9_]$/.test(one) ? one : '_')).join('')
}

/** An expression of RE2 as JavaScript has it, for the expressions of this proof; `isWhole`: it matches the whole text. */
export function plainRegex(pattern: string, { isWhole = false, dotAll = false } = {}): RegExp {
  const [, flags = '', rest = ''] = /^(?:\(\?([is]+)\))?(.*)$/s.exec(pattern) ?? []
  const text = rest.replaceAll('(?P<', '(?<')
  const all = new Set(['u', ...flags.split(''), ...(dotAll ? ['s'] : [])])
  return new RegExp(isWhole ? `^(?:${text})$` : text, [...all].join(''))
}

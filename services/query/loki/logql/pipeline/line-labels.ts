// The labels of one line on its way through a pipeline: those of its stream, its structured metadata, and what parsers
// and formats made. A later kind covers an earlier one of the same name.
import type { Labels } from '../result.ts'
import { lineWork } from './line-work.ts'

export const errorLabel = '__error__'
export const errorDetailsLabel = '__error_details__'
/** Where a metric query names `__error__`, lines with errors count. */
export const preserveErrorLabel = '__preserve_error__'
/** What is wrong with a line: no label of a stream, and no field of a line. */
export const errorLabels: ReadonlySet<string> = new Set([errorLabel, errorDetailsLabel, preserveErrorLabel])
/** Behind the name of a parsed label that the stream has already. */
const collisionSuffix = '_extracted'

/** What of a line's fields is needed; see `hints.ts`. */
export interface ParserHints {
  noLabels: boolean
  /** Undefined: all. */
  required: ReadonlySet<string> | undefined
  preserveError: boolean
  /** Whether a parser asks the filters of a label as soon as it has set it. */
  testsAtOnce: boolean
}
export const noHints: ParserHints = { noLabels: false, required: undefined, preserveError: false, testsAtOnce: true }

/** Of a label, the first filter behind that names it and no other one. */
export type LabelTests = ReadonlyMap<string, (labels: LineLabels) => boolean>
const noTests: LabelTests = new Map()

export class LineLabels {
  readonly hints: ParserHints
  /** Of the line. */
  readonly work = lineWork()
  error = ''
  errorDetails = ''
  #tests = noTests
  #base: ReadonlyMap<string, string>
  #metadata = new Map<string, string>()
  #parsed = new Map<string, string>()
  #deleted = new Set<string>()
  /** Names that were parsed: the first value of a name stays. */
  #extracted = new Set<string>()

  constructor(base: ReadonlyMap<string, string>, metadata: Iterable<readonly [string, string]>, hints = noHints) {
    this.#base = base
    this.hints = hints
    for (const [name, value] of metadata)
      this.#metadata.set(base.has(name) || errorLabels.has(name) ? name + collisionSuffix : name, value)
  }

  /** Undefined where there is none. Errors are no labels here: see `valueToMatch`. */
  get(name: string): string | undefined {
    const value = this.#metadata.get(name) ?? this.#parsed.get(name)
    if (value !== undefined) return value
    if (this.#deleted.has(name)) return undefined
    const ofStream = this.#base.get(name)
    return ofStream === '' ? undefined : ofStream
  }

  /** What a matcher compares: '' where there is no such label. */
  valueToMatch(name: string): string {
    return name === errorLabel ? this.error : (this.get(name) ?? '')
  }

  /** The name that a parsed field gets; undefined where it is not needed, or there already. */
  nameOfParsed(name: string): string | undefined {
    const own = this.isTaken(name) ? name + collisionSuffix : name
    const { required } = this.hints
    return (required !== undefined && !required.has(own)) || this.#extracted.has(own) ? undefined : own
  }

  /** Whether the stream or the structured metadata has the name, or it is one of those that tell errors. */
  isTaken(name: string): boolean {
    return this.#base.has(name) || this.#metadata.has(name) || errorLabels.has(name)
  }

  wasParsed(name: string): boolean {
    return this.#extracted.has(name)
  }

  /** Whether a parser may stop. */
  get hasAllRequired(): boolean {
    const { required } = this.hints
    if (required === undefined) return false
    for (const name of required) if (!this.#extracted.has(name)) return false
    return true
  }

  /** Whether parsers need not begin. */
  get needsNothing(): boolean {
    return this.hints.noLabels || this.hasAllRequired
  }

  setParsed(name: string, value: string): void {
    this.#metadata.delete(name)
    this.#parsed.set(name, value)
    this.#extracted.add(name)
  }

  /** For parsers that ask filters at once. */
  askAtOnce(tests: LabelTests): void {
    if (this.hints.testsAtOnce) this.#tests = tests
  }

  /**
   * Sets what a parser found, and asks the filter of it. False: the line does not pass. So a filter's error is there
   * before the next stage, such as `| __error__=""`.
   */
  takeParsed(name: string, value: string): boolean {
    this.setParsed(name, value)
    return this.#tests.get(name)?.(this) ?? true
  }

  delete(name: string): void {
    this.#metadata.delete(name)
    this.#parsed.delete(name)
    this.#deleted.add(name)
  }

  fail(error: string, details: string | undefined): void {
    this.error = error
    if (details !== undefined && details !== '') this.errorDetails = details
    if (this.hints.preserveError && parserErrors.has(error)) this.setParsed(preserveErrorLabel, 'true')
  }

  /** All labels, unless something covers them. */
  *entries(): Generator<readonly [string, string]> {
    for (const entry of this.#streamEntries()) yield entry
    for (const entry of this.#metadata) yield entry
    for (const entry of this.#parsed) yield entry
    yield* this.#errors()
  }

  /** The same kind by kind. */
  categories(): { stream: Labels; structuredMetadata: Labels; parsed: Labels } {
    const parsed = labelsOf(this.#parsed)
    return {
      stream: labelsOf(this.#streamEntries()),
      structuredMetadata: labelsOf(this.#metadata),
      parsed: Object.assign(parsed, labelsOf(this.#errors())),
    }
  }

  /** Whether nothing but the labels of the stream is there. */
  get isUnchanged(): boolean {
    return (
      this.#metadata.size === 0 &&
      this.#parsed.size === 0 &&
      this.#deleted.size === 0 &&
      this.error === '' &&
      this.errorDetails === ''
    )
  }

  *#streamEntries(): Generator<readonly [string, string]> {
    for (const entry of this.#base) {
      const [name] = entry
      if (!this.#deleted.has(name) && !this.#metadata.has(name) && !this.#parsed.has(name)) yield entry
    }
  }

  *#errors(): Generator<readonly [string, string]> {
    if (this.error !== '') yield [errorLabel, this.error]
    if (this.errorDetails !== '') yield [errorDetailsLabel, this.errorDetails]
  }
}

/** Errors of parsers. */
const parserErrors = new Set(['JSONParserErr', 'LogfmtParserErr'])

/** An object without a prototype: a label may have any name. */
export function labelsOf(entries: Iterable<readonly [string, string]>): Record<string, string> {
  const labels: Record<string, string> = Object.create(null)
  for (const [name, value] of entries) labels[name] = value
  return labels
}

/** A field's name as a label's: letters, digits and `_`. */
export function labelName(field: string): string {
  const name = field.trim()
  return (/^\d/.test(name) ? '_' : '') + name.replaceAll(/[^a-zA-Z0-9_]/gu, '_')
}

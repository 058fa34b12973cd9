// Pure: the fields of some lines, with their types and how many values they have: /loki/api/v1/detected_fields. A field
// is structured metadata, a key of a line that is a JSON object, or a key of a line in logfmt.
import type { StreamResult } from './logql/result.ts'
import { jsonStage } from './logql/pipeline/json-parser.ts'
import { LineLabels } from './logql/pipeline/line-labels.ts'
import { logfmtStage } from './logql/pipeline/logfmt-parser.ts'
import type { RunStage } from './logql/pipeline/stage.ts'
import { commonType, fieldType, type FieldType } from './field-type.ts'

export interface DetectedField {
  label: string
  type: FieldType
  /** Distinct values in the lines that were looked at. */
  cardinality: number
  /** By which parsers a query gets the field; none for structured metadata. */
  parsers: readonly string[] | null
}

interface Found {
  type: FieldType
  values: Set<string>
  parsers: Set<string>
}

/** A field of more characters, and a value of more, are none that anybody filters by. */
const nameLengthMax = 256
const valueLengthMax = 4096

const json: RunStage = jsonStage({ kind: 'json', extractions: [], at: 0 })
const logfmt: RunStage = logfmtStage({ kind: 'logfmt', extractions: [], strict: false, keepEmpty: false, at: 0 })

export function detectFields(streams: readonly StreamResult[], limit: number): DetectedField[] {
  return [...fieldsOf(streams).entries()]
    .map(([label, { type, values, parsers }]) => ({
      label,
      type,
      cardinality: values.size,
      parsers: parsers.size === 0 ? null : [...parsers],
    }))
    .toSorted((a, b) => b.cardinality - a.cardinality || (a.label < b.label ? -1 : 1))
    .slice(0, limit)
}

/** The values of one field, in the order of the alphabet. */
export const detectValues = (streams: readonly StreamResult[], label: string, limit: number): string[] =>
  [...(fieldsOf(streams).get(label)?.values ?? [])].toSorted().slice(0, limit)

function fieldsOf(streams: readonly StreamResult[]): Map<string, Found> {
  const fields = new Map<string, Found>()
  const add = (label: string, value: string, parser: string | undefined): void => {
    if (label.length > nameLengthMax || value.length > valueLengthMax) return
    const found = fields.get(label)
    const type = fieldType(value)
    if (found === undefined)
      fields.set(label, { type, values: new Set([value]), parsers: new Set(parser === undefined ? [] : [parser]) })
    else {
      found.type = commonType(found.type, type)
      found.values.add(value)
      if (parser !== undefined) found.parsers.add(parser)
    }
  }
  for (const { labels, entries } of streams) {
    const base = new Map(Object.entries(labels))
    for (const { line, structuredMetadata = {}, parsed = {}, tsNs } of entries) {
      for (const [name, value] of Object.entries(structuredMetadata)) add(name, value, undefined)
      const { parser, values } = parsedFields(line, { base, structuredMetadata, tsNs })
      for (const [name, value] of Object.entries(values)) add(name, value, parser)
      // What the pipeline of the query made, and the line alone has not.
      for (const [name, value] of Object.entries(parsed)) if (!Object.hasOwn(values, name)) add(name, value, undefined)
    }
  }
  return fields
}

interface LineContext {
  base: ReadonlyMap<string, string>
  structuredMetadata: Readonly<Record<string, string>>
  tsNs: bigint
}

function parsedFields(
  line: string,
  context: LineContext,
): { parser: string; values: Readonly<Record<string, string>> } {
  const isJson = /^\s*\{/.test(line)
  const { base, structuredMetadata, tsNs } = context
  const labels = new LineLabels(base, Object.entries(structuredMetadata))
  ;(isJson ? json : logfmt)(line, labels, tsNs)
  const parser = isJson ? 'json' : 'logfmt'
  const isParsed = isJson ? labels.error === '' : line.includes('=')
  return { parser, values: isParsed ? labels.categories().parsed : {} }
}

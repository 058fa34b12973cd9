// | unwrap duration(took) | __error__=""
// The value of a label as a number. A line without the label has no value; a text that is none is an error.
import type { Unwrap } from '../syntax/logql-expr.ts'
import { bytesOf } from '../syntax/literals.ts'
import { goDurationNs, goFloat, type Parsed } from './go-numbers.ts'
import { labelTest } from './label-filter.ts'
import type { LineLabels } from './line-labels.ts'

const extractionError = 'SampleExtractionErr'

/** Undefined where the line has no value, or a filter behind it lets it not through. */
export function unwrapper({ name, conversion, filters }: Unwrap): (labels: LineLabels) => number | undefined {
  const tests = filters.map(labelTest)
  const convert = conversions[conversion ?? 'number']
  return (labels) => {
    const text = labels.get(name)
    if (text === undefined || text === '') return undefined
    const parsed = convert(text)
    if (parsed.value === undefined) labels.fail(extractionError, parsed.error)
    return tests.every((test) => test(labels)) ? (parsed.value ?? 0) : undefined
  }
}

const seconds = (text: string): Parsed => {
  const parsed = goDurationNs(text)
  return parsed.value === undefined ? parsed : { value: parsed.value / 1e9 }
}

const conversions: Readonly<Record<'number' | NonNullable<Unwrap['conversion']>, (text: string) => Parsed>> = {
  number: goFloat,
  duration: seconds,
  duration_seconds: seconds,
  bytes(text) {
    const value = bytesOf(text.trim())
    return value === undefined ? { error: `unhandled size name: ${JSON.stringify(text)}` } : { value }
  },
}

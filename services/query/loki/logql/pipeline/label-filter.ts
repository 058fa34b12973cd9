// | level="error" and duration > 1s or size >= 20KB, addr = ip("10.0.0.0/8")
// A number, duration or size is compared where the label has one; where it has another text, the line passes with an
// error. Where there is no label, it does not pass. A text is compared with '' then.
import { bytesOf } from '../syntax/literals.ts'
import { matchesRegex, matchesValue, type MatchesText } from '../match-values.ts'
import type { CompareOp, LabelTest, Matcher } from '../syntax/logql-expr.ts'
import { goDurationNs, goFloat, type Parsed } from './go-numbers.ts'
import { ipMatcher } from './ip.ts'
import type { LineLabels } from './line-labels.ts'
import type { RunStage } from './stage.ts'

export type TestLabels = (labels: LineLabels) => boolean

const labelFilterError = 'LabelFilterErr'

/** Throws where a part of the test is none. */
export function labelFilterStage(test: LabelTest): RunStage {
  const passes = labelTest(test)
  return (line, labels) => (passes(labels) ? line : undefined)
}

/** A number of bytes has 64 bits. */
const bytesEnd = 2 ** 64

export function labelTest(test: LabelTest): TestLabels {
  switch (test.kind) {
    case 'and': {
      const [left, right] = [labelTest(test.left), labelTest(test.right)]
      // The right one is asked too: it may find an error.
      return (labels) => {
        const passesLeft = left(labels)
        return right(labels) && passesLeft
      }
    }
    case 'or': {
      const [left, right] = [labelTest(test.left), labelTest(test.right)]
      return (labels) => left(labels) || right(labels)
    }
    case 'string': {
      const matches = matchesLabel(test.matcher)
      const { name } = test.matcher
      return (labels) => matches(labels.valueToMatch(name), labels.work)
    }
    case 'ip': {
      const matches = ipMatcher(test.text)
      return (labels) => {
        if (labels.error !== '') return true
        const value = labels.get(test.name)
        return value !== undefined && matches(value) !== test.isNegated
      }
    }
    case 'number':
      return compared(test, goFloat)
    case 'duration':
      return compared(test, goDurationNs)
    case 'bytes':
      return compared(test, (text) => {
        const value = bytesOf(text.trim())
        if (value === undefined) return { error: `strconv.ParseFloat: parsing ${JSON.stringify(text)}: invalid syntax` }
        return value < bytesEnd ? { value } : { error: `too large: ${text}` }
      })
  }
}

/** As a selector's matcher, but `.` is no line break. */
function matchesLabel(matcher: Pick<Matcher, 'op' | 'value'>): MatchesText {
  const { op, value } = matcher
  if ((op !== '=~' && op !== '!~') || value === '.*' || value === '.+') return matchesValue(matcher)
  const matches = matchesRegex(`^(?:${value})$`)
  return (text, work) => matches(text, work) === (op === '=~')
}

function compared(
  { name, op, value }: { name: string; op: CompareOp; value: number },
  parse: (text: string) => Parsed,
): TestLabels {
  const compare = comparisons[op]
  return (labels) => {
    const text = labels.get(name)
    if (text === undefined) return false
    const parsed = parse(text)
    if (parsed.value !== undefined) return compare(parsed.value, value)
    if (labels.error === '') labels.fail(labelFilterError, parsed.error)
    return true
  }
}

const comparisons: Readonly<Record<CompareOp, (a: number, b: number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
}

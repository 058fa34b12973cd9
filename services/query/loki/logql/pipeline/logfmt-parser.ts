// | logfmt                 every key
// | logfmt --strict a="b"  one key each; a mistake ends it and is an error
import type { LogfmtStage } from '../syntax/logql-expr.ts'
import { withoutReplacement } from './json-scan.ts'
import { labelName } from './line-labels.ts'
import { eachPair } from './logfmt-scan.ts'
import type { RunStage } from './stage.ts'

const logfmtError = 'LogfmtParserErr'

export const logfmtStage = (stage: LogfmtStage): RunStage =>
  stage.extractions.length === 0 ? everyKey(stage) : someKeys(stage)

const everyKey =
  ({ strict, keepEmpty }: LogfmtStage): RunStage =>
  (line, labels) => {
    if (labels.needsNothing) return line
    let passes = true
    eachPair(
      line,
      ({ key, value }) => {
        const field = labelName(key)
        const name = field === '' ? undefined : labels.nameOfParsed(field)
        if (name === undefined || (value === '' && !keepEmpty)) return true
        passes = labels.takeParsed(name, withoutReplacement(value))
        return passes && !labels.hasAllRequired
      },
      (message) => {
        if (strict) labels.fail(logfmtError, message)
        return !strict
      },
    )
    return passes ? line : undefined
  }

function someKeys({ extractions, strict }: LogfmtStage): RunStage {
  const labelOfKey = new Map(extractions.map(({ name, from }) => [from, name]))
  const names = new Set(extractions.map(({ name }) => name))
  return (line, labels) => {
    if (labels.needsNothing) return line
    for (const { name } of extractions) if (!labels.isTaken(name)) labels.setParsed(name, '')
    eachPair(
      line,
      ({ key, value }) => {
        const field = labelName(key)
        const name = labelOfKey.get(field)
        // A key that a parser before has made a label is not read again, unless it is the name of one of these.
        if (name === undefined || (!names.has(field) && labels.wasParsed(field))) return true
        const own = labels.isTaken(name) ? `${name}_extracted` : name
        labels.setParsed(own, value.includes('\uFFFD') ? '' : value)
        return !labels.hasAllRequired
      },
      (message) => {
        if (strict) labels.fail(logfmtError, message)
        return !strict
      },
    )
    return line
  }
}

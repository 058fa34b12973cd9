// | pattern "<ip> - <_> <method>"
import type { TextParserStage } from '../syntax/logql-expr.ts'
import { parserPattern } from './log-pattern.ts'
import type { RunStage } from './stage.ts'

/** Throws where the pattern is none. */
export function patternStage({ text }: TextParserStage): RunStage {
  const match = parserPattern(text)
  return (line, labels) => {
    if (labels.needsNothing) return line
    for (const [field, value] of match(line)) {
      const name = labels.nameOfParsed(field)
      if (name !== undefined && !labels.takeParsed(name, value)) return undefined
    }
    return line
  }
}

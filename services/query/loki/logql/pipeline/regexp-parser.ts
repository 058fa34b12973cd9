// | regexp "(?P<method>\\w+) (?P<path>\\S+)"
// Each named group becomes a label; a line that does not match passes as it is.
import { compileRegex } from '../regex.ts'
import type { TextParserStage } from '../syntax/logql-expr.ts'
import { labelName } from './line-labels.ts'
import type { RunStage } from './stage.ts'

/** Throws where the expression is none, or has no named group. */
export function regexpStage({ text }: TextParserStage): RunStage {
  const regex = compileRegex(text)
  if (regex.names.size === 0) throw new Error('at least one named capture must be supplied')
  return (line, labels) => {
    labels.work.spend(regex.unitsFor(line))
    const groups = regex.groups(line)
    if (groups === undefined) return line
    for (const [index, group] of groups.entries()) {
      const own = regex.names.get(index)
      const name = own === undefined ? undefined : labels.nameOfParsed(labelName(own))
      if (name !== undefined && !labels.takeParsed(name, group)) return undefined
    }
    return line
  }
}

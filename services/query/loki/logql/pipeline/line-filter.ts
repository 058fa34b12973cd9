// |= "a" or "b"   != "a"   |~ "a.c"   !~ "a.c"   |> "<_> a <_>"   !> "<_> a <_>"   |= ip("10.0.0.0/8")
// Filters at the begin of a pipeline are conditions of the statement that reads (line-filter-sql.ts); these are run
// where a stage before them has changed the line.
import { compileRegex } from '../regex.ts'
import type { LineFilterStage } from '../syntax/logql-expr.ts'
import { ipMatcher } from './ip.ts'
import { filterPattern } from './log-pattern.ts'
import type { RunStage } from './stage.ts'

/** Throws where an alternative is none. */
export function lineFilterStage({ op, alternatives }: LineFilterStage): RunStage {
  const tests = alternatives.map(({ text, isIp }) => (isIp ? ipMatcher(text) : testOf(op, text)))
  const isNegative = op.startsWith('!')
  return (line) => (tests.some((test) => test(line)) === isNegative ? undefined : line)
}

function testOf(op: LineFilterStage['op'], text: string): (line: string) => boolean {
  switch (op) {
    case '|=':
    case '!=':
      return (line) => line.includes(text)
    case '|~':
    case '!~': {
      const regex = compileRegex(text)
      return (line) => regex.test(line)
    }
    case '|>':
    case '!>':
      return filterPattern(text)
  }
}

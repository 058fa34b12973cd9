// |= "a" or "b"   != "a"   |~ "a.c"   !~ "a.c"   |> "<_> a <_>"   !> "<_> a <_>"   |= ip("10.0.0.0/8")
// Filters at the begin of a pipeline are conditions of the statement that reads (line-filter-sql.ts); these are run
// where a stage before them has changed the line.
import { matchesRegex, type MatchesText } from '../match-values.ts'
import type { LineFilterStage } from '../syntax/logql-expr.ts'
import { ipMatcher } from './ip.ts'
import { units } from './line-work.ts'
import { filterPattern } from './log-pattern.ts'
import type { RunStage } from './stage.ts'

/** Throws where an alternative is none. */
export function lineFilterStage({ op, alternatives }: LineFilterStage): RunStage {
  const tests = alternatives.map(({ text, isIp }) => (isIp ? addressTest(text) : testOf(op, text)))
  const isNegative = op.startsWith('!')
  return (line, { work }) => (tests.some((test) => test(line, work)) === isNegative ? undefined : line)
}

function addressTest(text: string): MatchesText {
  const matches = ipMatcher(text)
  return (line, work) => {
    work?.spend(units.item * line.length)
    return matches(line)
  }
}

function testOf(op: LineFilterStage['op'], text: string): MatchesText {
  switch (op) {
    case '|=':
    case '!=':
      return (line) => line.includes(text)
    case '|~':
    case '!~':
      return matchesRegex(text)
    case '|>':
    case '!>':
      return filterPattern(text)
  }
}

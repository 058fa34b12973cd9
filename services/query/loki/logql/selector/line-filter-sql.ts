// |= "text"   |~ "a.c"   |> "<_> a <_>"   as conditions on `logs`
// The filters at the begin of a pipeline see the line as it is stored: the engine tests them, by its indexes of words
// where the filter has whole ones.
import { bind, join, raw, sql, str, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import { hasWord } from '#query/search/message-index.ts'
import { filterParts } from '../pipeline/log-pattern.ts'
import type { LineFilterStage, Stage } from '../syntax/logql-expr.ts'

const message = raw('message')

/** Stages whose line is the one that is stored, with what they leave of the pipeline to be run. */
export function splitFilters(stages: readonly Stage[]): { conditions: Fragment[]; rest: Stage[] } {
  const conditions: Fragment[] = []
  const rest: Stage[] = []
  let isStored = true
  for (const stage of stages) {
    const condition = isStored && stage.kind === 'line-filter' ? lineFilterSql(stage) : undefined
    if (condition !== undefined) conditions.push(condition)
    else rest.push(stage)
    if (stage.kind === 'line-format' || stage.kind === 'unpack' || stage.kind === 'decolorize') isStored = false
  }
  return { conditions, rest }
}

/** Undefined where the engine cannot tell: `ip()`. */
function lineFilterSql({ op, alternatives }: LineFilterStage): Fragment | undefined {
  if (alternatives.some(({ isIp }) => isIp)) return undefined
  const conditions = alternatives.map(({ text }) => alternativeSql(op, text))
  const any = sql`(${join(conditions, ' OR ')})`
  return op.startsWith('!') ? sql`NOT ${any}` : any
}

function alternativeSql(op: LineFilterStage['op'], text: string): Fragment {
  switch (op) {
    case '|=':
      return containsSql(text)
    case '!=':
      return sql`position(${message}, ${str(text)}) > 0`
    case '|~':
    case '!~':
      return sql`match(${message}, ${str(`(?-s)${text}`)})`
    case '|>':
    case '!>':
      return patternSql(text)
  }
}

/** True where the message has the text. */
export function containsSql(text: string): Fragment {
  const tokens = wordsWithin(text).map(hasWord)
  return sql`(${join([...tokens, sql`position(${message}, ${str(text)}) > 0`], ' AND ')})`
}

/** How many words an index is asked for: the longest. */
const wordsMax = 8

/** Words of ASCII letters and digits that a line with this text has as a whole: those at its ends may go on. */
function wordsWithin(text: string): string[] {
  const lowered = text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase())
  const words = new Set<string>()
  for (const { 0: word, index } of lowered.matchAll(/[0-9a-z\u0080-\u{10FFFF}]+/gu))
    if (index > 0 && index + word.length < lowered.length && /^[0-9a-z]+$/.test(word)) words.add(word)
  return [...words].toSorted((a, b) => b.length - a.length).slice(0, wordsMax)
}

/**
 * The texts of a pattern stand in the line in order, with something between them, each where it stands first. The fold
 * has the place behind the last one, counted from 1, and 0 where one was missing.
 */
function patternSql(pattern: string): Fragment {
  const { texts, beginsOpen, endsOpen } = filterParts(pattern)
  if (texts.length === 0) return endsOpen ? raw(`message != ''`) : raw(`message = ''`)
  const isFirst = beginsOpen ? raw('0') : raw('i = 1')
  const place = sql`arrayFold((at, text, i) -> if(at = 0 OR position(${message}, text, at) = 0
      OR (position(${message}, text, at) = at AND NOT (${isFirst})), toUInt64(0),
      position(${message}, text, at) + length(text)), ${strs(texts)},
    ${bind(
      'Array(UInt64)',
      texts.map((_, i) => i + 1),
    )}, toUInt64(1))`
  const ends = endsOpen ? raw('<') : raw('=')
  return sql`(${place} > 0 AND ${place} ${ends} length(${message}) + 1)`
}

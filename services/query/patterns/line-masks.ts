// Pure: the expression that makes a line's template in the engine: what varies in it becomes one zero byte, the mask.
// All that costs per line is here, and linear (decision 0023). merge-templates.ts reads what comes out.
import { join, raw, sql, str, type Fragment } from '#shared/clickhouse/sql.ts'
import { variableText } from '#shared/lines/variable-text.ts'

/** Bytes of a line that its template is made of. */
const lineBytesMax = 1024

const mask = raw('char(0)')

/** Between these bytes stands the message of a structured line. What is outside of them is its shape. */
export const messageStart = '\u0001'
export const messageEnd = '\u0002'

/** Words that name the message of a structured line; the first that a line has is taken. */
const messageKeys = 'msg|message|event|log|Message|MESSAGE|short_message|@mt|@m'
const stringRest = String.raw`^(?:[^"\\]|\\.)*`

const json = {
  value: String.raw`:\s*(?:"(?:[^"\\]|\\.)*"|\[[^\[\]{}]*\]|[^\s",:{}\[\]]+)`,
  replacement: sql`concat(':', ${mask})`,
  head: `(?s)^.*?"(?:${messageKeys})"\\s*:\\s*"`,
}
const logfmt = {
  value: String.raw`=(?:"(?:[^"\\]|\\.)*"|[^\s"]+)`,
  replacement: sql`concat('=', ${mask})`,
  head: `(?s)^(?:.*?\\s)?(?:${messageKeys})="?`,
}
const isLogfmt = String.raw`^[\w.@-]+=(?:"(?:[^"\\]|\\.)*"|[^\s"]*)\s+[\w.@-]+=`

/** Frames of stack traces, as runtimes write them. All frames of one form are one template. */
const frames: readonly (readonly [expression: string, template: Fragment])[] = [
  [String.raw`^\s+at .+ in .+:line [0-9]+`, sql`concat(${mask}, 'at ', ${mask}, ' in ', ${mask})`],
  [String.raw`^\s+at [^\s(]+\(`, sql`concat(${mask}, 'at ', ${mask}, '(', ${mask})`],
  [String.raw`^\s+at .+ \(.+:[0-9]+:[0-9]+\)`, sql`concat(${mask}, 'at ', ${mask}, ' (', ${mask})`],
  [String.raw`^\s+File ".*", line [0-9]+`, sql`concat(${mask}, 'File ', ${mask}, ', line ', ${mask})`],
  [String.raw`^\t\S+\.(?:go|s):[0-9]+`, sql`concat('\t', ${mask})`],
  [String.raw`^\s+\.\.\. [0-9]+ `, sql`concat(${mask}, '... ', ${mask})`],
]

const masked = (text: Fragment): Fragment => sql`replaceRegexpAll(${text}, ${str(variableText)}, ${mask})`

/**
 * `WITH …` of a statement over `logs`, and in it the expression `template`. `text` bounds the line, so that a megabyte
 * costs what a kilobyte costs.
 */
export function templateAs(): Fragment {
  const structured = (name: 'json' | 'logfmt', { value, replacement, head }: typeof json): Fragment => {
    const [before, after, said] = [raw(`${name}_head`), raw(`${name}_after`), raw(`${name}_said`)]
    const shape = (part: Fragment): Fragment => sql`replaceRegexpAll(${part}, ${str(value)}, ${replacement})`
    return sql`extract(text, ${str(head)}) AS ${before},
      substring(text, length(${before}) + 1) AS ${after},
      if(endsWith(${before}, '"'), extract(${after}, ${str(stringRest)}), extract(${after}, '^[^\\s"]*')) AS ${said},
      if(${before} = '', ${shape(raw('text'))}, concat(${shape(before)}, char(1), ${masked(said)}, char(2),
        ${shape(sql`substring(${after}, length(${said}) + 1)`)})) AS ${raw(`${name}_template`)}`
  }
  const isFrame = frames.map(([expression, template]) => sql`match(text, ${str(expression)}), ${template}`)
  return sql`if(length(message) > ${raw(String(lineBytesMax))},
      concat(substring(message, 1, ${raw(String(lineBytesMax))}), ${mask}), message) AS text,
    ${structured('json', json)},
    ${structured('logfmt', logfmt)},
    multiIf(startsWith(text, '{'), json_template, match(text, ${str(isLogfmt)}), logfmt_template,
      match(text, '^\\s'), multiIf(${join(isFrame, ', ')}, ${masked(raw('text'))}),
      ${masked(raw('text'))}) AS template`
}

// The grammar lacks some of what Loki reads. Such text is replaced by text of the same length that it reads, so that
// every position stays what it is:
//   approx_topk(5, …)                 is read as topk, and its place is told
//   … | unwrap x [5m] offset 1h       offsets are taken out, and told by the place behind their range
//   ({…} | json | unwrap x)[5m]       loses its parentheses
//   {constructor="a"}              is read under another name: the grammar looks words up in a JavaScript object
//   {vector="a"}                   likewise, where no parenthesis follows
//   | a="b" c="d"                     gets a comma where a blank stands (parse-logql.ts finds the places)

export interface ReadableText {
  text: string
  /** Where approx_topk stands. */
  approximate: ReadonlySet<number>
  /** Durations of offsets with their places, by the place behind the bracket of the range. */
  offsets: ReadonlyMap<number, { text: string; at: number }>
}

/** So many parentheses are taken away. */
const blanksMax = 40

const token =
  /"(?:[^"\\\n]|\\[\s\S])*"|`[^`]*`|#[^\n]*|approx_topk(?=\s*\()|\b(?:constructor|__proto__)\b|\b(?:vector|label_replace)\b(?!\s*\()|\](\s*offset\s+)(-?[\w.µμ]+)|[()]/gi

export function readableText(text: string): ReadableText {
  const approximate = new Set<number>()
  const offsets = new Map<number, { text: string; at: number }>()
  const open: number[] = []
  const blanks: number[] = []
  const read = text.replaceAll(token, (found, lead: string | undefined, duration: string | undefined, at: number) => {
    if (found === '(') open.push(at)
    else if (found === ')') {
      const from = open.pop()
      if (
        from !== undefined &&
        blanks.length < blanksMax &&
        /^\)\s*\[/.test(text.slice(at, at + 100)) &&
        /\|\s*unwrap\b/i.test(text.slice(from, at))
      )
        blanks.push(from, at)
    } else if (duration !== undefined) {
      offsets.set(at + 1, { text: duration, at: at + 1 + lead!.length })
      return ']'.padEnd(found.length)
    } else if (found.toLowerCase() === 'approx_topk') {
      approximate.add(at)
      return 'topk'.padEnd(found.length)
    } else if (/^[a-z_]/i.test(found)) return 'x'.repeat(found.length)
    return found
  })
  return { text: blanks.reduce((left, at) => blankAt(left, at), read), approximate, offsets }
}

const blankAt = (text: string, at: number): string => `${text.slice(0, at)} ${text.slice(at + 1)}`

// approx_topk(10, sum by (pod) (rate({app="cart"}[5m])))
// The grammar does not know this function. It reads it as topk, in a text of the same length.
const name = 'approx_topk'

export function withoutApproximate(text: string): { text: string; places: ReadonlySet<number> } {
  const places = new Set<number>()
  if (!/approx_topk/i.test(text)) return { text, places }
  // What stands in strings and comments stays.
  const tokens = /"(?:[^"\\\n]|\\[\s\S])*"|`[^`]*`|#[^\n]*|approx_topk(?=\s*\()/gi
  const read = text.replaceAll(tokens, (token, at: number) => {
    if (token.toLowerCase() !== name) return token
    places.add(at)
    return 'topk'.padEnd(name.length)
  })
  return { text: read, places }
}

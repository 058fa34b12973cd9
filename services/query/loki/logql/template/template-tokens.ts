// text {{- if eq .a "b" }} … {{ end -}} text
// A template's text and the tokens of its actions. Language: https://pkg.go.dev/text/template

export type Token =
  | { kind: 'text' | 'open' | 'close' | 'word' | 'field' | 'variable' | 'sign'; text: string; glued: boolean }
  | { kind: 'string'; text: string; glued: boolean }
  | { kind: 'number'; text: string; value: bigint | number; glued: boolean }

const token =
  /"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.[^']*)'|[+-]?(?:0[xX][0-9a-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d+)(?:[eE][+-]?\d+)?)|\.[A-Za-z_]\w*|\$\w*|[A-Za-z_]\w*|:=|[.|(),=]/y

/** Throws where the template is no text with actions. */
export function templateTokens(template: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  let trims = false
  for (;;) {
    const open = template.indexOf('{{', at)
    const trimsBefore = open >= 0 && /^\{\{-\s/.test(template.slice(open, open + 4))
    let text = template.slice(at, open < 0 ? undefined : open)
    if (trims) text = text.trimStart()
    if (trimsBefore) text = text.trimEnd()
    if (text !== '') tokens.push({ kind: 'text', text, glued: false })
    if (open < 0) return tokens
    const comment = /^\{\{(?:-\s)?\s*\/\*[\s\S]*?\*\/\s*(-)?\}\}/.exec(template.slice(open))
    if (comment !== null) {
      at = open + comment[0].length
      trims = comment[1] !== undefined
      continue
    }
    tokens.push({ kind: 'open', text: '{{', glued: false })
    const end = actionTokens(template, open + (trimsBefore ? 3 : 2), tokens)
    trims = end.trims
    at = end.at
    tokens.push({ kind: 'close', text: '}}', glued: false })
  }
}

function actionTokens(template: string, from: number, tokens: Token[]): { at: number; trims: boolean } {
  let at = from
  for (;;) {
    const start = at
    while (/\s/.test(template[at] ?? '')) at += 1
    const isTrim = at > start && template.startsWith('-}}', at)
    if (isTrim || template.startsWith('}}', at)) return { at: at + (isTrim ? 3 : 2), trims: isTrim }
    if (at >= template.length) throw new Error('unclosed action')
    token.lastIndex = at
    const text = token.exec(template)?.[0]
    if (text === undefined) throw new Error(`unexpected ${JSON.stringify(template[at])} in an action`)
    tokens.push(tokenOf(text, at === start && at > from))
    at += text.length
  }
}

function tokenOf(text: string, glued: boolean): Token {
  const [first] = text
  if (first === '"') return { kind: 'string', text: unquoted(text), glued }
  if (first === '`') return { kind: 'string', text: text.slice(1, -1), glued }
  if (first === "'")
    return { kind: 'number', text, value: BigInt(unquoted(`"${text.slice(1, -1)}"`).codePointAt(0) ?? 0), glued }
  if (first === '$') return { kind: 'variable', text, glued }
  if (/^\.[A-Za-z_]/.test(text)) return { kind: 'field', text: text.slice(1), glued }
  if (/^[A-Za-z_]/.test(text)) return { kind: 'word', text, glued }
  if (/^[+-]?\.?\d/.test(text)) return { kind: 'number', text, value: numberOf(text.replaceAll('_', '')), glued }
  return { kind: 'sign', text, glued }
}

function numberOf(text: string): bigint | number {
  if (!/^[+-]?\d+$/.test(text) && !/^0x/i.test(text)) return Number(text)
  const whole = BigInt(text.replace(/^\+/, ''))
  if (whole !== BigInt.asIntN(64, whole)) throw new Error('integer overflow')
  return whole
}

function unquoted(text: string): string {
  try {
    return JSON.parse(
      text.replaceAll(/\\(x[0-9a-fA-F]{2}|[av'])/g, (_, escape: string) => jsonEscape(escape)),
    ) as string
  } catch {
    throw new Error(`invalid string ${text}`)
  }
}

const jsonEscape = (escape: string): string =>
  escape.startsWith('x')
    ? String.raw`\u00${escape.slice(1)}`
    : escape === 'a'
      ? String.raw`\u0007`
      : escape === 'v'
        ? String.raw`\u000b`
        : escape

// Refuses what is written in the language of another search. As text it would be nowhere, in silence.
import { invalidParameter } from '#shared/errors.ts'

const selector = String.raw`\{\s*[A-Za-z_]\w*\s*(?:=~|!=|!~|=)\s*["${'`'}]`
const logql = new RegExp(String.raw`^\s*(?:[a-z_]+[^{]*\([^{"]*)?${selector}`)

/** Throws 400 where the whole text is LogQL: `{app="cart"} |= "x"`, `sum(rate({app="cart"}[5m]))`. */
export function refuseLogql(text: string): void {
  if (!logql.test(text)) return
  const position = text.indexOf('{')
  const label = /\{\s*(\w+)\s*=\s*["`]([^"`]*)/.exec(text)
  const example = label === null ? 'app:cart' : `labels.${label[1]}:${label[2]}`
  throw invalidParameter(
    'q',
    `this is LogQL from position ${position}: ask it of /loki/api/v1/query_range, or write ${example} ` +
      'and the words beside it; put the text in quotes to search for it',
    position,
  )
}

const operators: Readonly<Record<string, string>> = {
  '&&': 'AND, or just a space',
  '||': 'OR',
  '!=': '-field:value',
  '==': 'field:value',
  '=~': 'field:/expression/',
  '!~': '-field:/expression/',
  '|=': 'the text alone',
  '|~': '/expression/',
}

/** Throws 400 on a bare word that is an operator elsewhere, or has one: `&&`, `level!=error`, `pod=~"cart.*"`. */
export function refuseOperator(word: string, position: number): void {
  const meant = Object.hasOwn(operators, word) ? operators[word] : meantBy(word)
  if (meant === undefined) return
  throw invalidParameter(
    'q',
    `${word.length > 40 ? `${word.slice(0, 40)}…` : word} at position ${position} is no operator of this search: ` +
      `write ${meant}; put it in quotes to search for it as text`,
    position,
  )
}

function meantBy(word: string): string | undefined {
  const ordered = /^(severity|restart)([<>]=?)([^<>=].*)$/.exec(word)
  if (ordered !== null) return `${ordered[1]}:${ordered[2]}${ordered[3]}`
  const [, name, sign, value] = /^([A-Za-z_][\w.]*)(!=|=~|!~)"?([^"=]+)"?$/.exec(word) ?? []
  if (name === undefined) return undefined
  return `${sign === '=~' ? '' : '-'}${name}:${sign === '!=' ? value : `/${value}/`}`
}

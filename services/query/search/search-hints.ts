// Pure: hints beside an empty answer, of what a search text says that was hardly meant so: text that is a field, an
// expression or an operator in another language, and fields that lines call otherwise. docs/api.md, Empty answers.
import type { Hint } from '#query/http/hint.ts'
import { podFilters } from '#query/http/parameters.ts'
import { columnNames } from './search-field.ts'
import { isId, type IdKind } from './trace-spellings.ts'
import type { FieldTerm, SearchNode, SearchTerm } from './syntax/search-node.ts'

const hintsMax = 3
const idKinds: readonly IdKind[] = ['trace', 'span']

/** `node`: a search that found nothing. */
export function searchHints(node: SearchNode): Hint[] {
  const messages = requiredTerms(node).flatMap((term) => messageOf(term) ?? [])
  return [...new Set(messages)].slice(0, hintsMax).map((message) => ({ parameter: 'q', message }))
}

/** Terms such as `pod:cart-1`, which take a whole value. */
export function columnValues(node: SearchNode): { name: string; value: string }[] {
  return requiredTerms(node).flatMap((term) =>
    term.kind === 'field' && term.test.op === 'eq' && columnNames.includes(term.name)
      ? [{ name: term.name, value: term.test.value }]
      : [],
  )
}

/** Of ids that are none, which are found under names such as `trace_id` alone. */
export function hintsOfIds(query: Partial<Record<`${IdKind}Id`, readonly string[] | undefined>>): Hint[] {
  return idKinds.flatMap((kind) =>
    (query[`${kind}Id`] ?? [])
      .filter((value) => value !== '' && !isId(kind, value))
      .slice(0, hintsMax)
      .map((value) => ({
        parameter: `${kind}Id`,
        message:
          `${quoted(value)} is no id of a ${kind}, which has ${kind === 'trace' ? '32' : '16'} hexadecimal digits: ` +
          'it is looked for under such a name alone. Give the parameter once for each id',
      })),
  )
}

/** Without those that a line must not match. */
function requiredTerms(node: SearchNode): SearchTerm[] {
  if (node.kind === 'and' || node.kind === 'or') return node.terms.flatMap(requiredTerms)
  return node.kind === 'not' ? [] : [node]
}

function messageOf(term: SearchTerm): string | undefined {
  switch (term.kind) {
    case 'word':
    case 'phrase':
      return messageOfText(term.text)
    case 'field':
      return messageOfField(term)
    case 'prefix':
    case 'regex':
      return undefined
  }
}

const assigned = /^([A-Za-z_@][\w.@/-]*?)(==?|>=|<=|<>|>|<)"?([^"]+)"?$/
const flagged = /^\/(.+)\/([gimsuy]{1,4})$/
const others: readonly (readonly [form: RegExp, says: (text: string) => string])[] = [
  [/^[A-Za-z_@][\w.@/-]*:$/, (text) => `is text where a blank stands behind it: write ${text}value for the field`],
  [/^![^\s!]/, (text) => `is text: write -${text.slice(1)} to exclude it`],
  [/^\*[^\s*]/, (text) => `is text, a star works at the end of a word: write /${text.slice(1)}/`],
  [/^[“”„«‘’‚]|[“”»’]$/, () => `has quotes that are text: those of this search are " and "`],
  [/^\/.*[^\\]\/.*\/$/, () => String.raw`is text: write \/ for each slash inside an expression`],
  [/^\|/, () => 'is text, there are no pipes: put the words beside each other'],
]

function messageOfText(text: string): string | undefined {
  const [, name, sign, value] = assigned.exec(text) ?? []
  const written = name === undefined ? undefined : fieldFor(name, sign!, value!)
  if (written !== undefined) return `${quoted(text)} is text: write ${cut(written)} for the field`
  const [, expression, flags] = flagged.exec(text) ?? []
  if (expression !== undefined) {
    const known = flags!.replaceAll(/[^ims]/g, '')
    return `${quoted(text)} is text: write ${cut(`/${known === '' ? '' : `(?${known})`}${expression}/`)} for the expression`
  }
  const other = others.find(([form]) => form.test(text))
  return other === undefined ? undefined : `${quoted(text)} ${cut(other[1](text))}`
}

/** How the field is written that a text names; undefined of a text that is likely meant as it is. */
function fieldFor(name: string, sign: string, value: string): string | undefined {
  if (sign === '=' || sign === '==') return isKnown(name) ? `${name}:${value}` : undefined
  return sign === '<>' ? `-${name}:${value}` : `${name}:${sign}${value}`
}

const isKnown = (name: string): boolean =>
  columnNames.includes(name) || name === 'owner' || /^(?:labels?|attributes?)\../.test(name)

function messageOfField({ name, test }: FieldTerm): string | undefined {
  const value = test.op === 'eq' ? test.value : '…'
  if (podFilters.some((parameter) => parameter === name) && name !== 'owner')
    return `${name} is a parameter and no field of lines: give ${name}=${cut(value)} beside q`
  if (columnNames.includes(name))
    return value.includes(',')
      ? `${quoted(value)} is one value of ${name}: write ${name}:(${cut(value.split(',').join(' OR '))})`
      : undefined
  const plain = name.replace(/^(?:kubernetes|k8s)[._]/i, '').replace(/[._]?name$/i, '')
  const meant = columnNames.find((known) => known.toLowerCase() === plain.toLowerCase())
  return meant === undefined
    ? undefined
    : `no line has ${cut(name)} so. Names are as they are written: the field of lines is ${meant}`
}

const cut = (text: string): string => (text.length > 80 ? `${text.slice(0, 80)}…` : text)
const quoted = (text: string): string => JSON.stringify(cut(text))

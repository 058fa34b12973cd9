// Pure: parses a fieldSelector as k8s.io/apimachinery pkg/fields/selector.go does:
// `spec.nodeName=node-7,status.phase!=Running`. An object has to match all terms.
import { badRequest } from '#shared/kubernetes-status.ts'

export interface FieldTerm {
  field: string
  equal: boolean
  value: string
}

/** Throws 400; `supported` are the fields that the resource can be selected by. */
export function parseFieldSelector(text: string, supported: readonly string[]): FieldTerm[] {
  return splitTerms(text)
    .filter((term) => term !== '')
    .map((term) => {
      const operator = /!=|==|=/.exec(term)
      if (operator === null)
        throw badRequest(`invalid selector: '${text.slice(0, 200)}'; can't understand '${term.slice(0, 80)}'`)
      const field = term.slice(0, operator.index)
      if (!supported.includes(field)) throw badRequest(`field label not supported: ${field.slice(0, 80)}`)
      return {
        field,
        equal: operator[0] !== '!=',
        value: unescape(term.slice(operator.index + operator[0].length), text),
      }
    })
}

/** The value that the selector demands of a field; undefined where it demands none. */
export function requiredValue(terms: readonly FieldTerm[], field: string): string | undefined {
  return terms.find((term) => term.equal && term.field === field)?.value
}

export const matchesFields = (terms: readonly FieldTerm[], valueOf: (field: string) => string): boolean =>
  terms.every(({ field, equal, value }) => (valueOf(field) === value) === equal)

// A comma behind a backslash belongs to the value.
const splitTerms = (text: string): string[] => text.match(/(?:\\[^]|[^,\\]|\\$)+/g) ?? []

function unescape(value: string, whole: string): string {
  if (/^(?:\\[\\,=]|[^\\,=])*$/.test(value)) return value.replace(/\\([\\,=])/g, '$1')
  throw badRequest(`invalid selector: '${whole.slice(0, 200)}'; in a value '\\', ',' and '=' are written behind a '\\'`)
}

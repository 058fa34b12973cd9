// Changes of the address that narrow a search: a value alone, a value more or less in a filter, or without a value.
import { getRouteApi } from '@tanstack/react-router'
import { without } from '../search-params.ts'
import { isFilterName, type FilterName, type LogsSearch } from './logs-search.ts'
import { fieldTerm, withTerm } from './search-terms.ts'

const route = getRouteApi('/logs')

export function useRefine() {
  const navigate = route.useNavigate()
  const change = (next: (before: LogsSearch) => LogsSearch): void =>
    void navigate({ search: (before) => without(next(before), 'line') })
  return {
    /** Filters of the API by their parameter, other fields by a term of the search text. */
    only: (field: string, value: string): void =>
      change((before) => {
        if (isFilterName(field)) return { ...before, [field]: [value] }
        const term = fieldTerm(field, value)
        return term === undefined ? before : { ...before, q: withTerm(before.q, term) }
      }),
    exclude: (field: string, value: string): void =>
      change((before) => {
        const term = fieldTerm(field, value)
        const rest = isFilterName(field) ? withoutValue(before, field, value) : before
        return term === undefined ? rest : { ...rest, q: withTerm(before.q, `-${term}`) }
      }),
    toggle: (name: FilterName, value: string): void =>
      change((before) =>
        before[name]?.includes(value) === true
          ? withoutValue(before, name, value)
          : { ...before, [name]: [...(before[name] ?? []), value] },
      ),
    search: (text: string): void => change((before) => (text === '' ? without(before, 'q') : { ...before, q: text })),
    /** Undefined: unbounded. */
    between: (from: string | undefined, to: string | undefined): void =>
      change((before) => ({
        ...without(before, 'from', 'to'),
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
      })),
  }
}

function withoutValue(search: LogsSearch, name: FilterName, value: string): LogsSearch {
  const left = search[name]?.filter((each) => each !== value) ?? []
  return left.length === 0 ? without(search, name) : { ...search, [name]: left }
}

// Pure: what the address of the logs says: which lines, and how they are shown.
import type { LogFilters } from '../api/logs.ts'
import { choiceOf, choicesOf, defined, listOf, oneOf, without, type Search } from '../search-params.ts'
import { outcomes } from '../ui/outcome.tsx'

/** Parameters of the API with a list of exact values; chips of the page show them. */
export const filterNames = [
  'namespace',
  'owner',
  'pod',
  'container',
  'node',
  'severity',
  'stream',
  'podUid',
  'restart',
  'label',
  'image',
  'cluster',
  'unit',
  'traceId',
] as const

export type FilterName = (typeof filterNames)[number]

export const isFilterName = (name: string): name is FilterName => filterNames.some((each) => each === name)

export const logsSearchOf = (search: Search) =>
  defined({
    q: oneOf(search, 'q'),
    from: oneOf(search, 'from'),
    to: oneOf(search, 'to'),
    namespace: listOf(search, 'namespace'),
    owner: listOf(search, 'owner'),
    pod: listOf(search, 'pod'),
    container: listOf(search, 'container'),
    node: listOf(search, 'node'),
    severity: listOf(search, 'severity'),
    stream: listOf(search, 'stream'),
    podUid: listOf(search, 'podUid'),
    restart: listOf(search, 'restart'),
    label: listOf(search, 'label'),
    image: listOf(search, 'image'),
    cluster: listOf(search, 'cluster'),
    unit: listOf(search, 'unit'),
    traceId: listOf(search, 'traceId'),
    outcome: choicesOf(search, 'outcome', outcomes),
    view: choiceOf(search, 'view', ['live', 'patterns']),
    order: choiceOf(search, 'order', ['asc']),
    columns: listOf(search, 'columns'),
    wrap: choiceOf(search, 'wrap', ['off']),
    /** The line that the address names: line-handle.ts has its form. */
    line: oneOf(search, 'line'),
  })

export type LogsSearch = ReturnType<typeof logsSearchOf>

export const filtersOf = (search: LogsSearch): LogFilters =>
  without({ tz: undefined, ...search }, 'tz', 'view', 'order', 'columns', 'wrap', 'line')

/** The lines that a search would find without this filter: what else could be chosen there. */
export const filtersBut = (filters: LogFilters, name: FilterName): LogFilters => without(filters, name)

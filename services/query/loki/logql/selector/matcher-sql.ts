// {namespace="shop", app=~"cart.+"} as conditions on `logs`. A label that is no column is looked for in the labels that
// the agent sent, and then in what Kubernetes knows of the pod: read-selector.ts finds those pods.
import { join, raw, sql, str, strs, type Fragment } from '#shared/clickhouse/sql.ts'
import type { HandleCondition } from '#shared/stored-pods/handle-conditions.ts'
import { matchesValue } from '../match-values.ts'
import { ownerKindOf } from '../streams/pod-facts.ts'
import { isColumnLabel, serviceKeys, type ColumnLabel } from '../streams/stream-labels.ts'
import { workloadPattern } from '../streams/workload-name.ts'
import type { Matcher } from '../syntax/logql-expr.ts'

/** True where `value` fulfils the matcher. */
function valueMatches(value: Fragment, { op, value: wanted }: Pick<Matcher, 'op' | 'value'>): Fragment {
  switch (op) {
    case '=':
      return sql`${value} = ${str(wanted)}`
    case '!=':
      return sql`${value} != ${str(wanted)}`
    case '=~':
    case '!~': {
      const words = /^[\w-]+(?:\|[\w-]+)*$/.test(wanted) ? wanted.split('|') : undefined
      const matches =
        words === undefined ? sql`match(${value}, ${str(`^(?s:${wanted})$`)})` : sql`${value} IN ${strs(words)}`
      return op === '=~' ? matches : sql`NOT ${matches}`
    }
  }
}

const opposite: Readonly<Record<Matcher['op'], Matcher['op']>> = { '=': '!=', '!=': '=', '=~': '!~', '!~': '=~' }
const inverse = ({ op, value }: Matcher): Pick<Matcher, 'op' | 'value'> => ({ op: opposite[op], value })

const columns: Readonly<Record<ColumnLabel, Fragment>> = {
  cluster: raw('cluster'),
  namespace: raw('namespace'),
  pod: raw('pod'),
  container: raw('container'),
  node: raw('node'),
  stream: raw('stream'),
  unit: raw('unit'),
}

/** Name of a map's key as a label. */
const keyName = raw(
  String.raw`concat(if(match(trim(BOTH ' ' FROM k), '^[0-9]'), '_', ''), replaceRegexpAll(trim(BOTH ' ' FROM k), '[^a-zA-Z0-9_]', '_'))`,
)

/** The value of a label that the agent sent; '' where there is none. */
function sentLabel(name: string): Fragment {
  // Without `_` a name is a key as it stands, or the key has blanks around.
  return name.includes('_')
    ? sql`arrayFirst((v, k) -> v != '' AND ${keyName} = ${str(name)}, mapValues(labels), mapKeys(labels))`
    : sql`labels[${str(name)}]`
}

const own = (column: Fragment, name: string): Fragment => sql`if(${column} != '', ${column}, ${sentLabel(name)})`

const orElse = (values: readonly Fragment[]): Fragment =>
  sql`coalesce(${join(
    values.map((value) => sql`nullIf(${value}, '')`),
    ', ',
  )}, '')`

const job = orElse([
  sentLabel('job'),
  raw(`if(namespace != '' AND container != '', concat(namespace, '/', container), unit)`),
])

const workload = sql`if(match(pod, ${str(workloadPattern)}), replaceRegexpOne(pod, ${str(workloadPattern)}, '\\1'), '')`
const service = orElse([
  sentLabel('service_name'),
  ...serviceKeys.map((key) => sql`labels[${str(key)}]`),
  workload,
  raw('container'),
  raw('unit'),
  raw(`'unknown_service'`),
])

/** The value of a label that a line tells by itself; undefined where Kubernetes may know it. */
export function labelSql(name: string): Fragment | undefined {
  if (isColumnLabel(name)) return own(columns[name], name)
  if (name === 'job') return job
  return name === 'service_name' ? service : undefined
}

/** The condition, where the line tells by itself. */
export function matcherSql(matcher: Matcher): Fragment | undefined {
  const value = labelSql(matcher.name)
  if (value === undefined) return undefined
  const condition = valueMatches(value, matcher)
  if (!isColumnLabel(matcher.name) || matchesValue(matcher)('')) return condition
  // The sorting key has some of the columns: they are compared as they are.
  const column = columns[matcher.name]
  return sql`(${valueMatches(column, matcher)} OR (${column} = '' AND ${condition}))`
}

/** Which pods fulfil a matcher that is not fulfilled by '', by each way in which they may. */
export function podConditions(matcher: Pick<Matcher, 'name' | 'op' | 'value'>): HandleCondition[] {
  const kind = ownerKindOf(matcher.name)
  const key = raw(`substring(value, 1, position(value, '=') - 1)`)
  const label: HandleCondition = {
    kind: 'label',
    value: sql`(${labelKey(key, matcher.name)} AND ${valueMatches(raw(`substring(value, position(value, '=') + 1)`), matcher)})`,
  }
  if (kind === undefined) return [label]
  const prefix = `${kind}/`
  const ownerName = sql`substring(value, ${raw(String(prefix.length + 1))})`
  return [
    label,
    { kind: 'owner', value: sql`(startsWith(value, ${str(prefix)}) AND ${valueMatches(ownerName, matcher)})` },
  ]
}

const labelKey = (key: Fragment, name: string): Fragment =>
  name.includes('_')
    ? sql`concat(if(match(${key}, '^[0-9]'), '_', ''), replaceRegexpAll(${key}, '[^a-zA-Z0-9_]', '_')) = ${str(name)}`
    : sql`${key} = ${str(name)}`

/**
 * The condition of a matcher that pods may fulfil. `pods`: lines of the pods that fulfil `positiveOf(matcher)`.
 */
export function matcherOrPodsSql(matcher: Matcher, pods: Fragment): Fragment {
  const sent = sentLabel(matcher.name)
  const positive = positiveOf(matcher)
  const condition = sql`((${sent} != '' AND ${valueMatches(sent, positive)}) OR (${sent} = '' AND (${pods})))`
  return positive === matcher ? condition : sql`NOT ${condition}`
}

/** The matcher, or its opposite: the one that '' does not fulfil. */
export function positiveOf(matcher: Matcher): Matcher {
  return matchesValue(matcher)('') ? { ...matcher, ...inverse(matcher) } : matcher
}

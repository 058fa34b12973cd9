// Hints beside an empty answer: which value of a filter no line or no pod ever had, and what is like it. Read only
// where an answer is empty, and of the first values of each filter, so that hints stay cheap.
import type { FilterQuery } from '#query/http/parameters.ts'
import { uidList, uidsOfSelection } from '#shared/stored-pods/pod-selection.ts'
import { canonicalOwner } from '#shared/stored-pods/owner-name.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import type { RequestedLines } from '#query/search/line-request.ts'
import { podsAsked, readLabels } from '#query/search/pod-parameters.ts'
import { columnValues, hintsOfIds, searchHints } from '#query/search/search-hints.ts'
import type { SearchNode } from '#query/search/syntax/search-node.ts'
import { nearValues, timesOfLives, type NearValueRow, type TimesRow, type ValueSource } from './hint-statements.ts'
import type { Hint } from '#query/http/hint.ts'
import { hintOfAll, hintOfForm, hintOfTimes, hintOfUnknown } from './hint-text.ts'
import { withPods } from './read-line-filter.ts'

type Rows = Pick<RowReading, 'rows'>

/** Values of one parameter that are looked up. */
const valuesMax = 3
/** Known values that a hint may name. */
const nearMax = 4

const lineSources = {
  namespace: 'namespace',
  pod: 'pod',
  podUid: 'pod_uid',
  container: 'container',
  cluster: 'cluster',
  node: 'node',
  unit: 'unit',
} as const
/** Of those, what rows of lives have. */
const { unit: _unit, ...livesFields } = lineSources
const podSources = { namespace: 'namespace', name: 'name', node: 'node' } as const

/** `filter`: that of the request, which found no line. */
export async function readLineHints(
  reading: Rows,
  filter: RequestedLines,
  query: Partial<FilterQuery>,
): Promise<Hint[]> {
  const { tenant, from, to } = filter
  const hints: Hint[] = []
  for (const parameter of namesOf(lineSources))
    hints.push(...(await readUnknownOfLines(reading, tenant, parameter, { parameter, values: query[parameter] })))
  hints.push(...(await readPodParameterHints(reading, tenant, query)), ...hintsOfIds(query))
  if (filter.text !== undefined) hints.push(...(await readSearchHints(reading, tenant, filter.text.node)))
  if (hints.length > 0) return hints
  const given = [...namesOf(livesFields), ...podParameters].filter((name) => query[name] !== undefined)
  const { q: _q, ...others } = query
  const fields = Object.fromEntries(namesOf(livesFields).map((name) => [name, filter.fields[name]]))
  const lives = await withPods(reading, { tenant, fields: withoutUndefined(fields) }, others)
  const [times] = await reading.rows<TimesRow>(timesOfLives(lives))
  if (times === undefined) return []
  if (times.lives === 0) return given.length > 1 ? [hintOfAll(given)] : []
  const asked = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
  const hint = hintOfTimes(asked, { first: BigInt(times.first), last: BigInt(times.last) })
  return hint === undefined ? [] : [hint]
}

/** What a search text says that was hardly meant so, and which whole values of it no line ever had. */
async function readSearchHints(reading: Rows, tenant: string, node: SearchNode): Promise<Hint[]> {
  const hints = searchHints(node)
  if (hints.length > 0) return hints
  for (const { name, value } of columnValues(node).slice(0, valuesMax)) {
    const field = namesOf(lineSources).find((known) => known === name)
    if (field !== undefined)
      hints.push(...(await readUnknownOfLines(reading, tenant, field, { parameter: 'q', values: [value] })))
  }
  return hints
}

async function readUnknownOfLines(
  reading: Rows,
  tenant: string,
  field: keyof typeof lineSources,
  asked: Pick<Asked, 'parameter' | 'values'>,
): Promise<Hint[]> {
  const source = { column: lineSources[field], ...(field === 'node' ? { handle: 'node' as const } : {}) }
  const which = field === 'node' ? 'no pod and no line' : field === 'unit' ? 'no line' : 'no line of a pod'
  return readUnknown(reading, { ...asked, tenant, source, what: `${which} ever had the ${field}`, lines: true })
}

/** Of GET /v1/pods. */
export async function readPodHints(
  reading: Rows,
  tenant: string,
  query: Partial<Record<keyof typeof podSources, string[] | undefined>> & Partial<FilterQuery>,
): Promise<Hint[]> {
  const hints: Hint[] = []
  for (const parameter of namesOf(podSources)) {
    const source = { handle: podSources[parameter] }
    const what = `no pod ever had the ${parameter}`
    hints.push(
      ...(await readUnknown(reading, { tenant, parameter, values: query[parameter], source, what, lines: false })),
    )
  }
  return [...hints, ...(await readPodParameterHints(reading, tenant, query))]
}

const podParameters = ['owner', 'label', 'image', 'outcome', 'phase'] as const

interface Asked {
  tenant: string
  parameter: string
  values: readonly string[] | undefined
  source: ValueSource
  what: string
  /** Whether the route selects lines, which q finds too. */
  lines: boolean
}

async function readUnknown(
  { rows }: Rows,
  { tenant, parameter, values = [], source, what, lines }: Asked,
): Promise<Hint[]> {
  const hints: Hint[] = []
  for (const value of values.filter((one) => one !== '').slice(0, valuesMax)) {
    const near = await rows<NearValueRow>(nearValues(tenant, source, value, nearMax))
    if (near.some(({ distance }) => distance === 0)) continue
    const hint = hintOfForm(parameter, value, lines) ?? hintOfUnknown({ parameter, value, what }, near, nearMax)
    if (hint !== undefined) hints.push(hint)
  }
  return hints
}

/** Owners, labels and images that no pod has had, and ends that no pod came to. */
async function readPodParameterHints(reading: Rows, tenant: string, query: Partial<FilterQuery>): Promise<Hint[]> {
  const hints: Hint[] = []
  const isNone = async (selection: Parameters<typeof podsAsked>[0]): Promise<boolean> => {
    const pods = podsAsked(selection, { tenant })
    return pods !== undefined && (await reading.rows(uidList(uidsOfSelection(pods), 1))).length === 0
  }
  const near = async (parameter: string, source: ValueSource, value: string, what: string): Promise<void> => {
    const values = await reading.rows<NearValueRow>(nearValues(tenant, source, value, nearMax))
    const hint = hintOfForm(parameter, value, false) ?? hintOfUnknown({ parameter, value, what }, values, nearMax)
    if (hint !== undefined) hints.push(hint)
  }
  for (const owner of query.owner?.slice(0, valuesMax) ?? [])
    if (await isNone({ owner: [owner] }))
      await near('owner', { handle: 'owner' }, canonicalOwner(owner) ?? owner, 'no pod ever had the owner')
  for (const label of query.label?.slice(0, valuesMax) ?? [])
    for (const requirement of readLabels([label])) {
      const { operator, key } = requirement
      if (operator !== 'in' && operator !== 'exists') continue
      const [value] = operator === 'in' ? requirement.values : []
      const text = value === undefined ? key : `${key}=${value}`
      if (!(await isNone({ label: [text] }))) continue
      if (value !== undefined)
        await near('label', { handle: 'label', prefix: `${key}=` }, text, 'no pod ever had the label')
      else hints.push({ parameter: 'label', message: `no pod ever had the label ${JSON.stringify(key)}` })
      hints.push({
        parameter: 'label',
        message: `q=label.${key}:${value ?? '*'} finds labels that lines have of their own, too`,
      })
    }
  for (const image of query.image?.slice(0, valuesMax) ?? [])
    if (await isNone({ image: [image] })) await near('image', { handle: 'image' }, image, 'no pod ever had the image')
  for (const parameter of ['outcome', 'phase'] as const)
    for (const value of query[parameter]?.slice(0, valuesMax) ?? [])
      if (await isNone({ [parameter]: [value] }))
        hints.push({ parameter, message: `no pod has the ${parameter} ${value}` })
  return hints
}

const namesOf = <T extends object>(table: T): (keyof T & string)[] => Object.keys(table) as (keyof T & string)[]

const withoutUndefined = <T extends object>(fields: T): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T

// Hints beside an empty answer: which value of a filter no line or no pod ever had, and what is like it. Read only
// where an answer is empty, and of the first values of each filter, so that hints stay cheap.
import type { FilterQuery } from '#query/http/parameters.ts'
import type { LineFilter } from '#shared/lines/line-filter.ts'
import { isExclusion, ofLabelRequirement } from '#shared/stored-pods/handle-conditions.ts'
import { uidList, uidsOfSelection } from '#shared/stored-pods/pod-selection.ts'
import { canonicalOwner } from '#shared/stored-pods/owner-name.ts'
import type { RowReading } from '#shared/store-reading/reading.ts'
import { podsAsked, readLabels } from '#query/search/pod-parameters.ts'
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
} as const
const podSources = { namespace: 'namespace', name: 'name', node: 'node' } as const

/** `filter`: that of the request, which found no line. */
export async function readLineHints(reading: Rows, filter: LineFilter, query: Partial<FilterQuery>): Promise<Hint[]> {
  const { tenant, from, to } = filter
  const hints: Hint[] = []
  for (const parameter of namesOf(lineSources)) {
    const source = { column: lineSources[parameter], ...(parameter === 'node' ? { handle: 'node' as const } : {}) }
    const what = `${parameter === 'node' ? 'no pod and no line' : 'no line of a pod'} ever had the ${parameter}`
    hints.push(
      ...(await readUnknown(reading, { tenant, parameter, values: query[parameter], source, what, lines: true })),
    )
  }
  hints.push(...(await readPodParameterHints(reading, tenant, query)))
  if (hints.length > 0) return hints
  const given = [...namesOf(lineSources), ...podParameters].filter((name) => query[name] !== undefined)
  const { q: _q, ...others } = query
  const fields = Object.fromEntries(namesOf(lineSources).map((name) => [name, filter.fields[name]]))
  const lives = await withPods(reading, { tenant, fields: withoutUndefined(fields) }, others)
  const [times] = await reading.rows<TimesRow>(timesOfLives(lives))
  if (times === undefined) return []
  if (times.lives === 0) return given.length > 1 ? [hintOfAll(given)] : []
  const hint = hintOfTimes({ ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }, times)
  return hint === undefined ? [] : [hint]
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
      if (requirement.operator !== 'in' || isExclusion(ofLabelRequirement(requirement))) continue
      const text = `${requirement.key}=${requirement.values[0]!}`
      if (await isNone({ label: [label] }))
        await near('label', { handle: 'label', prefix: `${requirement.key}=` }, text, 'no pod ever had the label')
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

// Pure: the statement that counts deaths by the values of their facets. Each facet leaves its own filter aside, so that
// the other values, which a client could choose instead, are counted too. One pass over the deaths counts all facets.
import { join, raw, sql, statement, str, uint, type Fragment } from '#shared/clickhouse/sql.ts'
import { conditions, deathsFrom, oneOf, type DeathFilter } from './death-statements.ts'

export const facetNames = ['namespace', 'owner', 'node', 'outcome', 'image', 'container'] as const
export type FacetName = (typeof facetNames)[number]

export interface FacetRow {
  facet: FacetName
  value: string
  count: number
  /** Values of the facet. */
  total: number
}

/** References of a pod's images. What runtimes report has a digest, and counts where the pod names no image without. */
const references = `arrayFilter(image -> NOT startsWith(image, 'sha256:'), arrayDistinct(its_images))`
const tags = `arrayFilter(image -> position(image, '@') = 0, ${references})`

/** The values of a death. */
const values: Readonly<Record<FacetName, string>> = {
  namespace: '[its_namespace]',
  owner: `if(its_owner = '', [], [its_owner])`,
  node: '[its_node]',
  outcome: '[death.outcome]',
  image: `if(empty(${tags}), ${references}, ${tags})`,
  container: '[death.container]',
}

/** The most frequent values of each facet, at most `limit` of each, most frequent first. Rows: FacetRow. */
export function facetsOfDeaths(filter: DeathFilter, limit: number): Fragment {
  const { namespace, owner, node, outcome, image, container, ...others } = filter
  const own: Readonly<Record<FacetName, Fragment[]>> = {
    namespace: oneOf('its_namespace', namespace),
    owner: conditions({ owner }),
    node: conditions({ node }),
    outcome: conditions({ outcome }),
    image: conditions({ image }),
    container: conditions({ container }),
  }
  const refusals = facetNames.flatMap((name) => own[name].map((condition) => sql`if(${condition}, [], [${str(name)}])`))
  const refusedBy = refusals.length === 0 ? raw("CAST([], 'Array(String)')") : sql`arrayConcat(${join(refusals, ', ')})`
  const pairs = facetNames.map(
    (name) =>
      sql`arrayMap(one -> (${str(name)}, one), if(empty(arrayFilter(by -> by != ${str(name)}, refused_by)),
        ${raw(values[name])}, []))`,
  )
  return statement(
    'deaths-facets',
    sql`SELECT pair.1 AS facet, pair.2 AS value, toFloat64(count()) AS count,
      toFloat64(count() OVER (PARTITION BY facet)) AS total
    FROM (SELECT ${refusedBy} AS refused_by, arrayJoin(arrayConcat(${join(pairs, ', ')})) AS pair
      ${deathsFrom(others, { columns: owner === undefined ? ['images'] : ['images', 'owners'] })})
    GROUP BY facet, value ORDER BY facet, count DESC, value LIMIT ${uint(limit)} BY facet`,
  )
}

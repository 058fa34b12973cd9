// Shapes of answers, by the names that the page has for them.
import type { paths } from './schema.d.ts'

type Answer<Path extends keyof paths> = paths[Path] extends {
  get: { responses: { 200: { content: { 'application/json': infer Body } } } }
}
  ? Body
  : never

export type DeathsAnswer = Extract<Answer<'/v1/deaths'>, { deaths: unknown }>
export type FaultsAnswer = Extract<Answer<'/v1/deaths'>, { groups: unknown }>
export type Fault = FaultsAnswer['groups'][number]
export type Death = DeathsAnswer['deaths'][number]
export type DeathsQuery = NonNullable<paths['/v1/deaths']['get']['parameters']['query']>

export type DeathCounts = Answer<'/v1/deaths/histogram'>
export type DeathFacets = Answer<'/v1/deaths/facets'>
export type ListedPod = Answer<'/v1/pods'>['pods'][number]
export type Pod = Answer<'/v1/pods/{uid}'>
export type Container = Pod['containers'][number]
export type Life = Container['lives'][number]
export type Obituary = Answer<'/v1/pods/{uid}/obituary'>

export type PodLinesAnswer = Answer<'/v1/pods/{uid}/logs'>
export type Line = PodLinesAnswer['lines'][number]
export type PodLinesQuery = NonNullable<paths['/v1/pods/{uid}/logs']['get']['parameters']['query']>
export type Outcome = Death['outcome']

export type LogsQuery = NonNullable<paths['/v1/logs']['get']['parameters']['query']>
export type HistogramAnswer = Answer<'/v1/logs/histogram'>
export type PatternsAnswer = Answer<'/v1/logs/patterns'>
export type Pattern = PatternsAnswer['patterns'][number]
export type ContextAnswer = Answer<'/v1/logs/context'>
export type FieldsAnswer = Answer<'/v1/fields'>

// Reads the query of a list or a watch: ListOptions of k8s.io/apimachinery pkg/apis/meta/v1/types.go. Unknown
// parameters are ignored, as Kubernetes does; a wrong value is a 400.
import type { FastifyRequest } from 'fastify'
import { badRequest, StatusError } from '#shared/kubernetes-status.ts'
import { acceptedShape } from './accept-shape.ts'
import type { Shape } from './api-object.ts'
import { parseFieldSelector, type FieldTerm } from './field-selector.ts'
import { LabelSelectorError, parseLabelSelector, type LabelRequirement } from '#shared/stored-pods/label-selector.ts'

export interface ListRequest {
  shape: Shape
  labels: readonly LabelRequirement[]
  fields: readonly FieldTerm[]
  /** The selectors as the request has them: a continue token belongs to them. */
  selectors: readonly string[]
  /** 0 for all items. */
  limit: number
  /** '' at the first page. */
  continue: string
  watch: boolean
  /** The resourceVersion from which a watch goes on; undefined where it begins with all objects. */
  since: bigint | undefined
  timeoutMs: number | undefined
  bookmarks: boolean
  initialEvents: boolean
}

export function readList(request: FastifyRequest, fields: readonly string[]): ListRequest {
  const of = parameters(request)
  const version = of('resourceVersion') ?? ''
  if (!/^\d{0,19}$/.test(version))
    throw badRequest(`resourceVersion: Invalid value: ${quoted(version)}: must be a number`)
  const timeout = wholeNumber('timeoutSeconds', of('timeoutSeconds'))
  const selectors = [of('labelSelector') ?? '', of('fieldSelector') ?? ''] as const
  return {
    shape: readShape(request),
    selectors,
    labels: readLabels(selectors[0]),
    fields: parseFieldSelector(selectors[1], fields),
    limit: wholeNumber('limit', of('limit')) ?? 0,
    continue: of('continue') ?? '',
    watch: flag(of('watch')),
    since: version === '' || version === '0' ? undefined : BigInt(version),
    timeoutMs: timeout === undefined || timeout === 0 ? undefined : Math.min(timeout * 1000, 2 ** 31 - 1),
    bookmarks: flag(of('allowWatchBookmarks')),
    initialEvents: flag(of('sendInitialEvents')),
  }
}

function readLabels(selector: string): LabelRequirement[] {
  try {
    return parseLabelSelector(selector)
  } catch (error) {
    throw error instanceof LabelSelectorError ? badRequest(error.message) : error
  }
}

export function readShape(request: FastifyRequest): Shape {
  const as = acceptedShape(request.headers.accept)
  if (as === undefined)
    throw new StatusError(
      406,
      'only the following media types are accepted: application/json, ' +
        'application/json;as=Table;v=v1;g=meta.k8s.io, ' +
        'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
    )
  const include = parameters(request)('includeObject') ?? 'Metadata'
  if (include !== '' && include !== 'None' && include !== 'Metadata' && include !== 'Object')
    throw badRequest(`includeObject: Invalid value: ${quoted(include)}: must be one of None, Metadata, Object`)
  return { as, include: include === '' ? 'Metadata' : include }
}

/** Kubernetes takes the first value of a parameter that the request has more than once. */
export function parameters({ query }: FastifyRequest): (name: string) => string | undefined {
  const given = query as Record<string, string | string[] | undefined>
  return (name) => {
    const value = Object.hasOwn(given, name) ? given[name] : undefined
    return typeof value === 'string' ? value : value?.[0]
  }
}

/** Kubernetes takes every value but these as true. */
export const flag = (value: string | undefined): boolean =>
  value !== undefined && !['false', 'False', 'FALSE', 'f', 'F', '0'].includes(value)

function wholeNumber(name: string, value: string | undefined): number | undefined {
  if (value === undefined || value === '') return undefined
  if (!/^\d{1,19}$/.test(value))
    throw badRequest(`${name}: Invalid value: ${quoted(value)}: must be a whole number, 0 or above`)
  return Math.min(Number(value), Number.MAX_SAFE_INTEGER)
}

export const quoted = (value: string): string => JSON.stringify(value.slice(0, 64))

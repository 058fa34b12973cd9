// Reads the shape of an answer from the Accept header: `application/json;as=Table;v=v1;g=meta.k8s.io`. All shapes are
// JSON.
import type { Shape } from './api-object.ts'

/** The first choice of the client that is served; undefined where none is. */
export function acceptedShape(accept: string | undefined): Shape['as'] | undefined {
  if (accept === undefined || accept.trim() === '') return 'Object'
  for (const choice of accept.split(',')) {
    const [range = '', ...parameters] = choice.split(';').map((part) => part.trim())
    if (!['application/json', 'application/*', '*/*'].includes(range.toLowerCase())) continue
    const of = new Map(parameters.map((parameter) => parameter.split('=', 2) as [string, string]))
    if (of.get('q') === '0') continue
    const as = of.get('as')
    if (as === undefined) return 'Object'
    if (of.get('g') !== 'meta.k8s.io' || of.get('v') !== 'v1') continue
    if (as === 'Table') return 'Table'
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return 'PartialObjectMetadata'
  }
  return undefined
}

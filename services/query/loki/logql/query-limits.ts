// What one query may take, beside the time and the memory of its request, and how it says so.
import { AfterlogError } from '#shared/errors.ts'

/** Series of an answer, as in Loki. */
export const seriesMax = 500
/** Points of a series. */
export const stepsMax = 11_000
/** Series times points within a query. */
export const cellsMax = 10_000_000
/** Groups that the store counts for one range. */
export const groupsMax = 500_000
/** Lines that pass through the stages of a pipeline. */
export const linesMax = 5_000_000
/** Values that are taken of labels. */
export const samplesMax = 2_000_000

/** A query that is LogQL, and cannot be answered as it is. */
export const failedQuery = (message: string): AfterlogError =>
  new AfterlogError('invalid-parameter', message, { parameter: 'query' })

export const tooManySeries = (): AfterlogError =>
  failedQuery(
    `maximum number of series (${seriesMax}) reached for a single query; consider reducing query cardinality by ` +
      'adding more specific stream selectors, reducing the time range, or aggregating results with functions like ' +
      'sum(), count() or topk()',
  )

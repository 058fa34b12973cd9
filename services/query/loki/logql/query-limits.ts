// What one query may take, beside the time and the memory of its request, and how it says so.
import { AfterlogError } from '#shared/errors.ts'

/** Series of an answer, as in Loki. */
export const seriesMax = 500
/** Points of a series. */
export const stepsMax = 11_000
/** Series times points of all that a query makes on its way, and the characters of their labels. */
const cellsMax = 20_000_000
const labelCharsMax = 256 * 1024 * 1024
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

/** What all series of a query may hold. */
export interface SeriesBudget {
  /** `cells`: points, whether there is a value or none. Throws where it is too much. */
  take(cells: number, labelChars: number): void
}

export function createSeriesBudget(): SeriesBudget {
  let [cells, chars] = [0, 0]
  return {
    take(more, labelChars) {
      cells += more
      chars += labelChars
      if (cells > cellsMax)
        throw failedQuery(
          `the query has more than ${cellsMax} points on its way, of all its series together: narrow its selector, ask ` +
            'for fewer points, or aggregate with sum by (…)',
        )
      if (chars > labelCharsMax)
        throw failedQuery(
          'the labels of the series have more than 256 MiB: aggregate with sum by (…), or keep fewer labels with | keep',
        )
    },
  }
}

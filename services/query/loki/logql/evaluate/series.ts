// Series of a query: labels, and a value at each step where there is one.
import type { SeriesBudget } from '../query-limits.ts'
import type { Labels } from '../result.ts'
import { labelsOf } from '../pipeline/line-labels.ts'

export interface Series {
  labels: Labels
  /** Of the labels: `keyOfLabels`. */
  key: string
  values: (number | undefined)[]
}

/** A text that two sets of labels have only if they are the same. */
export const keyOfLabels = (labels: Labels): string =>
  JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))

export class SeriesTable {
  readonly steps: number
  readonly #byKey = new Map<string, Series>()

  readonly #budget: SeriesBudget

  constructor(steps: number, budget: SeriesBudget) {
    this.steps = steps
    this.#budget = budget
  }

  /** A table of the same steps and query, without series. */
  empty(): SeriesTable {
    return new SeriesTable(this.steps, this.#budget)
  }

  /** The series of these labels, made where it is missing. */
  of(labels: Labels, key = keyOfLabels(labels)): Series {
    let series = this.#byKey.get(key)
    if (series === undefined) {
      this.#budget.take(this.steps, key.length)
      series = { labels, key, values: Array.from({ length: this.steps }) }
      this.#byKey.set(key, series)
    }
    return series
  }

  get all(): Series[] {
    return [...this.#byKey.values()]
  }
}

/** A label without a value is none to whoever groups. */
export const withoutNames = (labels: Labels, names: ReadonlySet<string>): Labels =>
  labelsOf(Object.entries(labels).filter(([name, value]) => !names.has(name) && value !== ''))
export const onlyNames = (labels: Labels, names: ReadonlySet<string>): Labels =>
  labelsOf(Object.entries(labels).filter(([name, value]) => names.has(name) && value !== ''))

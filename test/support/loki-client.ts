// Asks Loki's API as its clients do.
import type { CorpusLine } from './loki-corpus.ts'

export type Parameters = Readonly<Record<string, string | readonly string[]>>

const searchOf = (parameters: Parameters): URLSearchParams =>
  new URLSearchParams(
    Object.entries(parameters).flatMap(([name, value]) => [value].flat().map((one): [string, string] => [name, one])),
  )

export const searchText = (parameters: Parameters): string => searchOf(parameters).toString()

export interface LokiAnswer {
  status: number
  type: string | null
  text: string
  /** Of an answer that is JSON. */
  body: Record<string, unknown>
  data: unknown
}

export interface LokiClient {
  /** `path` behind /loki/api/v1. */
  get(path: string, parameters?: Parameters, headers?: Record<string, string>): Promise<LokiAnswer>
  post(path: string, parameters?: Parameters): Promise<LokiAnswer>
}

/** `standard`: parameters of every request, unless it has its own. */
export function lokiClient(url: string, standard: Parameters = {}): LokiClient {
  const answerOf = async (response: Response): Promise<LokiAnswer> => {
    const text = await response.text()
    const type = response.headers.get('content-type')
    const body = type?.startsWith('application/json') === true ? (JSON.parse(text) as Record<string, unknown>) : {}
    return { status: response.status, type, text, body, data: body['data'] }
  }
  return {
    get: async (path, parameters = {}, headers = {}) =>
      answerOf(await fetch(`${url}/loki/api/v1/${path}?${searchText({ ...standard, ...parameters })}`, { headers })),
    post: async (path, parameters = {}) =>
      answerOf(await fetch(`${url}/loki/api/v1/${path}`, { method: 'POST', body: searchOf({ ...standard, ...parameters }) })),
  }
}

export interface StreamJson {
  stream: Record<string, string>
  values: [string, string, { structuredMetadata?: object; parsed?: Record<string, string> }?][]
}
export interface SeriesJson {
  metric: Record<string, string>
  value?: [number, string]
  values?: [number, string][]
}
export interface QueryData {
  resultType: string
  encodingFlags?: string[]
  result: unknown
  stats: { summary: Record<string, number> }
}

/** Time and text of all lines of an answer, in the order of their times and texts. */
export const linesOf = (data: unknown): string[] =>
  ((data as QueryData).result as StreamJson[]).flatMap(({ values }) => values.map(([ts, line]) => `${ts} ${line}`)).toSorted()

export const linesOfCorpus = (lines: readonly CorpusLine[]): string[] =>
  lines.map(({ ts, message }) => `${ts} ${message}`).toSorted()

/** `pod="a" 3` for each series, sorted; of a matrix each value. */
export const seriesOf = (data: unknown): string[] =>
  ((data as QueryData).result as SeriesJson[])
    .map(
      ({ metric, value, values }) =>
        `${labelsText(metric)} ${(value === undefined ? values! : [value]).map(([, number]) => number).join(' ')}`,
    )
    .toSorted()

export const labelsText = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',')

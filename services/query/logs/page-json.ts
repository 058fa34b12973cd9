// Lines of a page as JSON, with what its reader asked for beside them.
import { lineJson, type LineJson } from '#shared/lines/line-json.ts'
import type { Order } from '#shared/lines/line-order.ts'
import type { Line } from '#shared/lines/row-decoder.ts'
import { jsonAttributes } from './json-attributes.ts'
import { stackTraces } from './stack-traces.ts'

export interface PageOptions {
  order: Order
  /** Whether lines that go on with the one before them have `continues`. */
  traces?: boolean | undefined
  /** Whether keys of messages that are JSON objects stand among the attributes. */
  json?: boolean | undefined
}

export async function pageJson(
  lines: readonly Line[],
  { order, traces, json }: PageOptions,
): Promise<(LineJson & { continues?: true })[]> {
  if (traces !== true && json !== true) return lines.map(lineJson)
  const continues = traces === true ? stackTraces(lines, order) : []
  const attributes = json === true ? await jsonAttributes(lines) : undefined
  return lines.map((line, i) => ({
    ...lineJson(line),
    ...(attributes === undefined ? {} : { attributes: attributes[i]! }),
    ...(continues[i] === true ? { continues: true } : {}),
  }))
}

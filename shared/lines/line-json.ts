// A line as answers show it in JSON, with U+FFFD where bytes are not UTF-8; line-text.ts has the bytes as they are.
import type { Line } from './row-decoder.ts'
import type { Gap } from '#shared/pod-model/seal/evidence.ts'
import { formatTime } from '#shared/time/format-time.ts'

export interface LineJson {
  time: string
  cluster: string
  namespace: string
  pod: string
  podUid: string | null
  container: string
  restart: number | null
  node: string
  stream: string
  severity: string
  message: string
  offset: number | null
  containerId: string
  unit: string
  partial: boolean
  traceId: string
  spanId: string
  labels: Record<string, string>
  attributes: Record<string, string>
  /** Only where this is no line, but what is missing before the next one. */
  gap?: Gap
}

export function lineJson(line: Line): LineJson {
  return {
    time: formatTime(line.ts),
    cluster: line.cluster,
    namespace: line.namespace,
    pod: line.pod,
    podUid: line.podUid === '' ? null : line.podUid,
    container: line.container,
    restart: line.restart < 0 ? null : line.restart,
    node: line.node,
    stream: line.stream,
    severity: line.severity,
    message: line.message.toString('utf8'),
    offset: line.offset < 0 ? null : line.offset,
    containerId: line.containerId,
    unit: line.unit,
    partial: line.partial,
    traceId: line.traceId,
    spanId: line.spanId,
    labels: line.labels,
    attributes: line.attributes,
    ...(line.gap === undefined ? {} : { gap: line.gap }),
  }
}

/** application/x-ndjson: each line as one JSON object, and a newline. */
export const ndjson = (lines: readonly Line[]): Buffer =>
  Buffer.from(lines.map((line) => `${JSON.stringify(lineJson(line))}\n`).join(''))

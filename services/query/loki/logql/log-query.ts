// A query of lines made ready: what the engine selects, and what is left to do for each line.
import type { Line } from '#shared/lines/row-decoder.ts'
import { LineLabels, noHints, type ParserHints } from './pipeline/line-labels.ts'
import { pipeline } from './pipeline/make-stages.ts'
import type { PodFacts } from './streams/pod-facts.ts'
import { streamLabels, structuredMetadata } from './streams/stream-labels.ts'
import type { StreamRow } from './streams/stream-row.ts'
import type { Matcher, Stage } from './syntax/logql-expr.ts'

/** Labels of streams by what makes them: lines of one stream follow each other. */
const streamsMax = 20_000

export interface RowLabels {
  /** Makes the labels of a line. */
  of(row: StreamRow, facts: PodFacts): (hints?: ParserHints) => LineLabels
}

/**
 * `ofPods`: labels that the selector gives one value and pods were found by. Lines of these pods have them, also those
 * that came without the uid of their pod.
 */
export function rowLabels(ofPods: readonly Matcher[]): RowLabels {
  const known = new Map<string, ReadonlyMap<string, string>>()
  const equal = ofPods.filter(({ op }) => op === '=')
  return {
    of(row, facts) {
      if (known.size > streamsMax) known.clear()
      const { cluster, namespace, pod, podUid, container, node, stream, unit, labels } = row
      const key = JSON.stringify([cluster, namespace, pod, podUid, container, node, stream, unit, labels])
      let base = known.get(key)
      if (base === undefined) {
        const own = streamLabels(row, facts)
        for (const { name, value } of equal) if (value !== '' && !own.has(name)) own.set(name, value)
        base = own
        known.set(key, base)
      }
      const streamBase = base
      const metadata = structuredMetadata(row)
      return (hints = noHints) => new LineLabels(streamBase, metadata, hints)
    },
  }
}

/** A line as it leaves the stages. */
export interface PassedLine {
  line: string
  labels: LineLabels
  /** Of the line as it is now. */
  bytes: number
}

export type PassLine = (line: Pick<Line, 'message' | 'ts'>, labels: LineLabels) => PassedLine | undefined

/** `nowNs`: what templates take for now. */
export function passLine(stages: readonly Stage[], nowNs: bigint): PassLine {
  const run = pipeline(stages, nowNs)
  return ({ message, ts }, labels) => {
    const text = message.toString('utf8')
    const line = run(text, labels, ts)
    if (line === undefined) return undefined
    return { line, labels, bytes: line === text ? message.length : Buffer.byteLength(line) }
  }
}

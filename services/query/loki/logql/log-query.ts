// A query of lines made ready: what the engine selects, and what is left to do for each line.
import type { Line } from '#shared/lines/row-decoder.ts'
import { LineLabels, noHints, type ParserHints } from './pipeline/line-labels.ts'
import { pipeline } from './pipeline/make-stages.ts'
import type { PodFacts } from './streams/pod-facts.ts'
import { streamLabels, structuredMetadata } from './streams/stream-labels.ts'
import type { StreamRow } from './streams/stream-row.ts'
import { matchesValue } from './match-values.ts'
import type { Matcher, Stage } from './syntax/logql-expr.ts'

/** Labels of streams by what makes them: lines of one stream follow each other. */
const streamsMax = 20_000

export interface RowLabels {
  /** Whether labels are compared with the selector. */
  readonly checks: boolean
  /** Makes the labels of a line; undefined where those of its stream are not what the selector wants. */
  of(row: StreamRow, facts: PodFacts): ((hints?: ParserHints) => LineLabels) | undefined
}

/** `checks`: where pods told which lines are read, their labels are compared again, since those of a pod change. */
export function rowLabels(matchers: readonly Matcher[], checks: boolean): RowLabels {
  const known = new Map<string, ReadonlyMap<string, string> | undefined>()
  const tests = matchers.map((matcher) => ({ name: matcher.name, matches: matchesValue(matcher) }))
  return {
    checks,
    of(row, facts) {
      if (known.size > streamsMax) known.clear()
      const { cluster, namespace, pod, podUid, container, node, stream, unit, labels } = row
      const key = JSON.stringify([cluster, namespace, pod, podUid, container, node, stream, unit, labels])
      if (!known.has(key)) {
        const own = streamLabels(row, facts)
        const isWanted = !checks || tests.every(({ name, matches }) => matches(own.get(name) ?? ''))
        known.set(key, isWanted ? own : undefined)
      }
      const base = known.get(key)
      if (base === undefined) return undefined
      const metadata = structuredMetadata(row)
      return (hints = noHints) => new LineLabels(base, metadata, hints)
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

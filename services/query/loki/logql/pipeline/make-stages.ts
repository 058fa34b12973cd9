// The stages of a pipeline, each by its own file.
import type { LabelTest, Stage } from '../syntax/logql-expr.ts'
import { decolorizeStage } from './decolorize.ts'
import { dropStage, keepStage } from './drop-keep.ts'
import { labelFormatStage, lineFormatStage } from './formats.ts'
import { jsonStage } from './json-parser.ts'
import { labelFilterStage, labelTest } from './label-filter.ts'
import { lineFilterStage } from './line-filter.ts'
import { logfmtStage } from './logfmt-parser.ts'
import { patternStage } from './pattern-parser.ts'
import { regexpStage } from './regexp-parser.ts'
import type { LabelTests, LineLabels } from './line-labels.ts'
import { LineTooLarge, lineTooLargeError, units } from './line-work.ts'
import type { RunStage } from './stage.ts'
import { unpackStage } from './unpack-parser.ts'

/** Throws where a text within the stage is wrong. `nowNs`: what templates take for now. */
export function makeStage(stage: Stage, nowNs = 0n): RunStage {
  switch (stage.kind) {
    case 'line-filter':
      return lineFilterStage(stage)
    case 'json':
      return jsonStage(stage)
    case 'logfmt':
      return logfmtStage(stage)
    case 'regexp':
      return regexpStage(stage)
    case 'pattern':
      return patternStage(stage)
    case 'unpack':
      return unpackStage
    case 'label-filter':
      return labelFilterStage(stage.test)
    case 'line-format':
      return lineFormatStage(stage.template, nowNs)
    case 'label-format':
      return labelFormatStage(stage.formats, nowNs)
    case 'decolorize':
      return decolorizeStage
    case 'drop':
      return dropStage(stage.labels)
    case 'keep':
      return keepStage(stage.labels)
  }
}

/** The line as it leaves the pipeline; undefined where it does not pass. */
export type Pipeline = (line: string, labels: LineLabels, tsNs: bigint) => string | undefined

export function pipeline(stages: readonly Stage[], nowNs: bigint): Pipeline {
  const ready = stages.map((stage) =>
    stage.kind === 'label-filter' ? makeStage(stage, nowNs) : readingLine(makeStage(stage, nowNs)),
  )
  const tests = testsOf(stages)
  return (line, labels, tsNs) => {
    labels.askAtOnce(tests)
    let current: string | undefined = line
    for (const run of ready) {
      current = attempt(run, current, labels, tsNs)
      if (current === undefined) return undefined
    }
    return current
  }
}

const readingLine =
  (run: RunStage): RunStage =>
  (line, labels, tsNs) => {
    labels.work.spend(units.char * line.length)
    return run(line, labels, tsNs)
  }

/** A stage for which the line is too large leaves it as it is. */
function attempt(run: RunStage, line: string, labels: LineLabels, tsNs: bigint): string | undefined {
  try {
    return run(line, labels, tsNs)
  } catch (error) {
    if (!(error instanceof LineTooLarge)) throw error
    labels.fail(lineTooLargeError, error.message)
    return line
  }
}

function testsOf(stages: readonly Stage[]): LabelTests {
  const tests = new Map<string, ReturnType<typeof labelTest>>()
  for (const stage of stages) {
    const name = stage.kind === 'label-filter' ? nameOfTest(stage.test) : undefined
    if (stage.kind === 'label-filter' && name !== undefined && !tests.has(name)) tests.set(name, labelTest(stage.test))
  }
  return tests
}

/** Undefined of a test that may be of several labels. */
function nameOfTest(test: LabelTest): string | undefined {
  switch (test.kind) {
    case 'and':
    case 'or':
      return undefined
    case 'string':
      return test.matcher.name
    case 'ip':
    case 'number':
    case 'duration':
    case 'bytes':
      return test.name
  }
}

// | line_format "{{.method}} {{.path}}"   | label_format a=b, c="{{.d}}"
// A template that fails leaves what it would have made as it was, and is an error of the line.
import type { LabelFormat } from '../syntax/logql-expr.ts'
import { errorLabel, type LineLabels } from './line-labels.ts'
import { units } from './line-work.ts'
import type { RunStage } from './stage.ts'
import { compileTemplate, TemplateError, type Template, type TemplateInput } from '../template/template.ts'

const templateError = 'TemplateFormatErr'

/** Throws where the template is none. */
export function lineFormatStage(template: string, nowNs: bigint): RunStage {
  const single = /^\{\{\s*\.([A-Za-z_]\w*)\s*\}\}$/.exec(template)?.[1]
  if (single !== undefined) return (_, labels) => labels.get(single) ?? ''
  const render = compileTemplate(template)
  return (line, labels, tsNs) =>
    attempt(render, labels, { line, tsNs, nowNs, values: valuesOf(labels), work: labels.work }) ?? line
}

/** Throws where a template is none, or a label is formatted twice. */
export function labelFormatStage(formats: readonly LabelFormat[], nowNs: bigint): RunStage {
  const names = formats.map(({ name }) => name)
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (names.includes(errorLabel)) throw new Error(`${errorLabel} cannot be formatted`)
  if (twice !== undefined) throw new Error(`multiple label name '${twice}' not allowed in a single format operation`)
  const ready = formats.map(({ name, from, template }) =>
    template === undefined ? { name, from } : { name, render: compileTemplate(template) },
  )
  return (line, labels, tsNs) => {
    let values: Map<string, string> | undefined
    for (const { name, from, render } of ready) {
      if (render !== undefined) {
        // All templates see the labels as they were before the first of them.
        values = values === undefined || values.size === 0 ? valuesOf(labels) : values
        const value = attempt(render, labels, { line, tsNs, nowNs, values, work: labels.work })
        if (value !== undefined) labels.setParsed(name, value)
        continue
      }
      const value = labels.get(from)
      if (value === undefined) continue
      labels.setParsed(name, value)
      labels.delete(from)
    }
    return line
  }
}

function valuesOf(labels: LineLabels): Map<string, string> {
  const values = new Map(labels.entries())
  labels.work.spend(units.item * values.size)
  return values
}

function attempt(render: Template, labels: LineLabels, input: TemplateInput): string | undefined {
  try {
    return render(input)
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    labels.fail(templateError, error.message)
    return undefined
  }
}

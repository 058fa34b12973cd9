// | json            every field; a member of an object has the names of both: user.name is user_name
// | json a="b.c"    one field each
import type { JsonStage } from '../syntax/logql-expr.ts'
import { eachValue, parseJsonPath } from './json-path.ts'
import { eachMember, JsonError, jsonText, type JsonKind } from './json-scan.ts'
import { labelName, type LineLabels } from './line-labels.ts'
import type { RunStage } from './stage.ts'

export const jsonError = 'JSONParserErr'

export const jsonStage = (stage: JsonStage): RunStage =>
  stage.extractions.length === 0 ? everyField : someFields(stage)

const everyField: RunStage = (line, labels) => {
  if (labels.needsNothing) return line
  try {
    extract(line, [], labels)
  } catch (error) {
    if (error === allFound) return line
    if (error === doesNotPass) return undefined
    if (!(error instanceof JsonError)) throw error
    labels.fail(jsonError, error.message)
  }
  return line
}

/** Ends the walk once every needed label is there. */
const allFound = new Error('all found')
/** Ends it at a label whose filter says that the line does not pass. */
const doesNotPass = new Error('does not pass')
const depthMax = 200

function extract(object: string, prefix: readonly string[], labels: LineLabels): void {
  if (prefix.length > depthMax) throw new JsonError(`objects within each other are read up to ${depthMax}`)
  eachMember(object, (key, raw, kind) => {
    if (kind === 'object') {
      const path = [...prefix, key]
      if (mayHold(labels, joined(path))) extract(raw, path, labels)
      return
    }
    if (kind === 'string' || kind === 'number' || kind === 'boolean') {
      const name = nameOf(prefix, key, labels)
      if (name !== undefined && !labels.takeParsed(name, kind === 'string' ? jsonText(raw) : raw)) throw doesNotPass
    }
    if (labels.hasAllRequired) throw allFound
  })
}

function nameOf(prefix: readonly string[], key: string, labels: LineLabels): string | undefined {
  const name = prefix.length === 0 ? labelName(key) : joined([...prefix, key])
  return name === '' && prefix.length === 0 ? undefined : labels.nameOfParsed(name)
}

const joined = (path: readonly string[]): string =>
  path
    .filter((part) => part.trim() !== '')
    .map((part, i) => (i === 0 ? labelName(part) : part.trim().replaceAll(/[^a-zA-Z0-9_]/gu, '_')))
    .join('_')

const mayHold = ({ hints: { required } }: LineLabels, prefix: string): boolean =>
  required === undefined || [...required].some((name) => name.startsWith(prefix))

function someFields({ extractions }: JsonStage): RunStage {
  const names = extractions.map(({ name }) => name)
  const paths = extractions.map(({ from }) => parseJsonPath(from))
  return (line, labels) => {
    if (line === '' || labels.needsNothing) return line
    if (!/^["{[]/.test(line)) {
      labels.fail(jsonError, undefined)
      return line
    }
    eachValue(line, paths, (index, value) => {
      if (value instanceof JsonError) return labels.fail(jsonError, value.message)
      const name = names[index]!
      labels.setParsed(labels.isTaken(name) ? `${name}_extracted` : name, textOf(value.raw, value.kind))
    })
    for (const name of names) if (labels.get(name) === undefined) labels.setParsed(name, '')
    return line
  }
}

const textOf = (raw: string, kind: JsonKind): string => (kind === 'null' ? '' : kind === 'object' ? raw : jsonText(raw))

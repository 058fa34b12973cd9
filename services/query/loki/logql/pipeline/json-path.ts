// servers[0].host  response["status code"]  a.b
// Where `| json name="path"` finds its value.
import { eachMember, itemAt, JsonError, type JsonKind, type JsonValue } from './json-scan.ts'

export type JsonPath = readonly (string | number)[]

const step = /\s*(?:\[\s*"([^"\]]*)"?\s*\]|\[\s*(\d+)\s*\]|(\.?)\s*([A-Za-z_]\w*))/y

/** Throws where the path is none. */
export function parseJsonPath(text: string): JsonPath {
  const path: (string | number)[] = []
  step.lastIndex = 0
  while (step.lastIndex < text.trimEnd().length) {
    const at = step.lastIndex
    const match = step.exec(text)
    if (match === null) throw new Error(`unexpected ${JSON.stringify(text.slice(at, at + 1))} at ${at} of the path`)
    const [, key, index, dot, field] = match
    if (field !== undefined && (dot === '.') === (path.length === 0))
      throw new Error(path.length === 0 ? 'a path does not begin with a dot' : `a dot is missing before ${field}`)
    path.push(key ?? field ?? Number(index))
  }
  if (path.length === 0) throw new Error('the path is empty')
  return path
}

/**
 * The value at the path of the text; undefined where there is none. No more of the text is read than leads to it, so a
 * mistake behind it is none. Throws JsonError where the value itself is broken.
 */
export function valueAtPath(text: string, path: JsonPath): JsonValue | undefined {
  let value: Pick<JsonValue, 'raw' | 'kind'> | undefined = { raw: text, kind: kindOfRoot(text) }
  for (const part of path) {
    if (value === undefined) return undefined
    value = typeof part === 'number' ? itemOf(value, part) : memberOf(value, part)
  }
  return value === undefined ? undefined : { ...value, end: 0 }
}

const kindOfRoot = (text: string): JsonKind => (text.trimStart().startsWith('[') ? 'array' : 'object')

type Part = Pick<JsonValue, 'raw' | 'kind'>

const itemOf = ({ raw, kind }: Part, index: number): Part | undefined =>
  kind === 'array' ? itemAt(raw, index) : undefined

function memberOf(value: Part, name: string): Part | undefined {
  if (value.kind !== 'object') return undefined
  let found: Part | undefined
  try {
    eachMember(value.raw, (key, raw, kind) => {
      if (key === name) found = { raw, kind }
      return key === name
    })
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
  }
  return found
}

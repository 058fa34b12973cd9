// | unpack
// A line that an agent packed: {"_entry": "the line", "app": "cart"}. Members become labels, the entry the line.
import { jsonError } from './json-parser.ts'
import { eachMember, JsonError, jsonText } from './json-scan.ts'
import { labelName } from './line-labels.ts'
import type { RunStage } from './stage.ts'

export const unpackStage: RunStage = (line, labels) => {
  if (line === '' || labels.needsNothing) return line
  if (line[0] !== '{') {
    labels.fail(jsonError, 'expecting json object(6), but it is not')
    return line
  }
  let entry: string | undefined
  const found: [string, string][] = []
  try {
    eachMember(line, (key, raw, kind) => {
      if (kind !== 'string') return
      if (key === '_entry') {
        entry = jsonText(raw)
        return
      }
      const name = labels.nameOfParsed(key)
      if (name !== undefined) found.push([labelName(name), jsonText(raw)])
    })
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    labels.fail(jsonError, error.message)
    return line
  }
  if (entry === undefined) return line
  return found.every(([name, value]) => labels.takeParsed(name, value)) ? entry : undefined
}

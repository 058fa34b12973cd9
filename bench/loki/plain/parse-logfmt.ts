// | logfmt, with its flags, and with fields: pairs between blanks. A mistake is skipped, or ends it with --strict.
import { labelName, type PlainLine } from './plain-line.ts'

export interface LogfmtFlags {
  strict: boolean
  keepEmpty: boolean
}

type Part = { key: string; value: string } | 'mistake'

const unescapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }

/** Blanks are all characters up to the space. A mistake goes on to the next blank; an open quote takes the rest. */
function* parts(line: string): Generator<Part> {
  let rest = line
  const take = (pattern: RegExp): string => {
    const found = pattern.exec(rest)?.[0] ?? ''
    rest = rest.slice(found.length)
    return found
  }
  const blanks = /^[\0- ]+/
  const toBlank = /^[^\0- ]*/
  const bare = /^[^\0- ="]*/
  for (take(blanks); rest !== ''; take(blanks)) {
    const key = take(bare)
    if (rest.startsWith('"') || (key === '' && rest.startsWith('='))) {
      take(toBlank)
      yield 'mistake'
    } else if (!rest.startsWith('=')) yield { key, value: '' }
    else if (rest.startsWith('="')) {
      const quoted = take(/^="(?:[^"\\]|\\.)*"/s)
      const value = unquoted(quoted.slice(2, -1))
      if (quoted === '') rest = ''
      yield quoted === '' || value === undefined ? 'mistake' : { key, value }
    } else {
      take(/^=/)
      const value = take(bare)
      const isMistake = /^[="]/.test(rest)
      if (isMistake) take(toBlank)
      yield isMistake ? 'mistake' : { key, value }
    }
  }
}

function unquoted(text: string): string | undefined {
  if (/\\[^"\\/'bfnrtu]|\\u(?![0-9a-fA-F]{4})/u.test(text.replaceAll('\\\\', ''))) return undefined
  return text.replaceAll(/\\(?:u([0-9a-fA-F]{4})|(.))/gsu, (_, code: string | undefined, sign: string) =>
    code === undefined ? (unescapes[sign] ?? sign) : String.fromCharCode(Number.parseInt(code, 16)),
  )
}

export function parseLogfmt(line: PlainLine, { strict, keepEmpty }: LogfmtFlags): boolean {
  if (line.isParsed) return true
  for (const part of parts(line.text)) {
    if (part === 'mistake') {
      if (strict) return failed(line)
      continue
    }
    if (part.value === '' && !keepEmpty) continue
    const ended = line.found(labelName(part.key), part.value)
    if (ended !== undefined) return ended === 'all found'
  }
  return true
}

function failed(line: PlainLine): boolean {
  line.failParser('LogfmtParserErr')
  return true
}

/** `fields`: the label of each key. The last pair of a key counts, and a label without a pair is ''. */
export function parseLogfmtFields(line: PlainLine, fields: ReadonlyMap<string, string>, strict: boolean): boolean {
  if (line.isParsed) return true
  for (const name of fields.values()) if (!line.isTaken(name)) line.set(name, '')
  const names = new Set(fields.values())
  for (const part of parts(line.text)) {
    if (part === 'mistake') {
      if (strict) return failed(line)
      continue
    }
    const key = labelName(part.key)
    const name = fields.get(key)
    // What a parser before has made a label is not read again, unless it is one of these names.
    if (name === undefined || (!names.has(key) && line.wasParsed(key))) continue
    line.set(line.ownName(name), part.value)
    if (line.hasAllNeeded) return true
  }
  return true
}

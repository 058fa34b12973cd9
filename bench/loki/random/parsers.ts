// Parsers of every kind, with what each does to a line.
import { parseJson, parseJsonFields, parseUnpack, type JsonField } from '../plain/parse-json.ts'
import { parseLogfmt, parseLogfmtFields } from '../plain/parse-logfmt.ts'
import { parsePattern, parseRegexp } from '../plain/parse-text.ts'
import type { PlainStage } from '../plain/stage.ts'

const parser = (text: string, run: PlainStage['run']): PlainStage => ({ text: `| ${text}`, reads: [], run })
const jsonFields = (text: string, fields: readonly JsonField[]): PlainStage =>
  parser(`json ${text}`, (line) => parseJsonFields(line, fields))
const logfmtFields = (text: string, fields: Record<string, string>): PlainStage =>
  parser(`logfmt ${text}`, (line) => parseLogfmtFields(line, new Map(Object.entries(fields)), text.includes('--strict')))
const logfmt = (flags = ''): PlainStage =>
  parser(`logfmt${flags}`, (line) =>
    parseLogfmt(line, { strict: flags.includes('--strict'), keepEmpty: flags.includes('--keep-empty') }),
  )
const regexp = (pattern: string): PlainStage => parser(`regexp ${JSON.stringify(pattern)}`, (line) => parseRegexp(line, pattern))
const pattern = (text: string): PlainStage => parser(`pattern ${JSON.stringify(text)}`, (line) => parsePattern(line, text))

export const json = parser('json', parseJson)
export const jsonParsers: readonly PlainStage[] = [
  json,
  json,
  jsonFields('lvl="level", who="user.name", first="user.tags[0]"', [
    { name: 'lvl', path: ['level'] },
    { name: 'who', path: ['user', 'name'] },
    { name: 'first', path: ['user', 'tags', 0] },
  ]),
  jsonFields('status, took="took", deep="nested.deep[\\"x-y\\"]"', [
    { name: 'status', path: ['status'] },
    { name: 'took', path: ['took'] },
    { name: 'deep', path: ['nested', 'deep', 'x-y'] },
  ]),
  jsonFields('b="user.tags[1].b", all="user", none="nope.nope"', [
    { name: 'b', path: ['user', 'tags', 1, 'b'] },
    { name: 'all', path: ['user'] },
    { name: 'none', path: ['nope', 'nope'] },
  ]),
]
export const plainLogfmt = logfmt()
export const logfmtParsers: readonly PlainStage[] = [
  plainLogfmt,
  plainLogfmt,
  logfmt(' --strict'),
  logfmt(' --keep-empty'),
  logfmt(' --strict --keep-empty'),
  logfmtFields('lvl="level", took', { level: 'lvl', took: 'took' }),
  logfmtFields('--strict who="user", where="path"', { user: 'who', path: 'where' }),
]
export const accessParsers: readonly PlainStage[] = [
  regexp('(?P<ip>\\S+) .*"(?P<method>[A-Z]+) (?P<path>[^"]*) HTTP[^"]*" (?P<status>\\d+) (?P<size>\\d+)'),
  pattern('<ip> - <user> [<_>] "<method> <path> <_>" <status> <size> <took>'),
]
export const unpack = parser('unpack', parseUnpack)
export const levelRegexp = regexp('(?P<level>[A-Z]+)')
const others: readonly PlainStage[] = [
  regexp('level=(?P<level>\\w+)'),
  regexp('(?P<first>\\w)(?P<app>\\w*)'),
  pattern('level=<level> <rest>'),
  pattern('<_>msg=<msg> <_>'),
  unpack,
]
export const allParsers: readonly PlainStage[] = [...jsonParsers, ...logfmtParsers, ...accessParsers, ...others]

// Texts of statements: for the embedded engine with their settings and parameters inside, for a server with parameters
// that are many or long. Pure. Invariant: values of a request are always escaped; names of settings come from our code
// and are checked as well.
import { escapeString } from './escape-string.ts'
import type { Sql } from './sql.ts'
import type { SettingValue } from './store.ts'

/** The most bytes of a statement, with its lists: a pod that crashed ten thousand times has as many container ids. */
export const queryBytesMax = 16 * 1024 * 1024

export type Settings = Readonly<Record<string, SettingValue | undefined>>

/** A read with its FORMAT apart: with FORMAT in the text, chdb prints the rows of a failed read to stdout. */
export function wholeStatement(text: string, settings: Settings): { text: string; format: string } {
  const match = /^([\s\S]*)\nFORMAT (\w+)$/.exec(text)
  if (match === null) throw new Error(`a read without a FORMAT at its end: ${text.slice(-100)}`)
  return { text: match[1]! + settingsClause(settings), format: match[2]! }
}

/**
 * A command with its settings. INSERT … SELECT has no FORMAT: there they become the SETTINGS of the SELECT, which must
 * have none.
 */
export function commandStatement(text: string, settings: Settings): string {
  const clause = settingsClause(settings)
  if (clause === '') return text
  return /^\s*insert\b/i.test(text) ? text + clause : `${text}\nFORMAT Null${clause}`
}

/** Replaces `{name:Type}` by a cast literal, as the engine itself does. */
export function inlineParams(text: string, params: Readonly<Record<string, unknown>>): string {
  return text.replaceAll(/\{(\w+):([^{}]+)\}/g, (placeholder, name: string, type: string) => {
    if (!Object.hasOwn(params, name)) return placeholder
    const value = params[name]
    return type === 'String' ? escapeString(String(value)) : `_CAST(${paramLiteral(value)}, ${escapeString(type)})`
  })
}

/**
 * Writes all parameters into the text where they are many or long. In an HTTP request they are fields of a form or of
 * the URL: a server accepts a thousand of them, 128 KiB each, and answers HTTP 500 beyond that.
 */
export function withLongParamsInlined({ text, params }: Sql): Sql {
  const values = Object.values(params)
  const length = values.reduce<number>((sum, value) => sum + paramLiteral(value).length, 0)
  if (values.length <= urlParamsMax && length <= urlParamCharsMax) return { text, params }
  return { text: inlineParams(text, params), params: {} }
}

const urlParamsMax = 200
/** Proxies accept URLs of some 8 KiB, and each character may become three. */
const urlParamCharsMax = 2000

export interface InsertTarget {
  table: string
  columns: readonly string[]
}

/** Reads table and columns of an insert statement, as client-store.ts writes it. */
export function parseInsert(text: string): InsertTarget {
  const match = /^INSERT INTO (\w+) \(([\w, ]+)\) FORMAT JSONCompactEachRow$/.exec(text)
  if (match === null) throw new Error(`not an insert statement of this code base: ${text.slice(0, 100)}`)
  return { table: match[1]!, columns: match[2]!.split(', ') }
}

function settingsClause(settings: Settings): string {
  const pairs = Object.entries(settings).flatMap(([name, value]) =>
    value === undefined ? [] : [`${settingName(name)} = ${literal(value)}`],
  )
  return pairs.length === 0 ? '' : `\nSETTINGS ${pairs.join(', ')}`
}

function settingName(name: string): string {
  if (!/^[a-z_][a-z0-9_]*$/i.test(name)) throw new Error(`not the name of a setting: ${name}`)
  return name
}

function literal(value: SettingValue): string {
  return typeof value === 'string' ? escapeString(value) : String(Number(value))
}

function paramLiteral(value: unknown): string {
  if (value === null || value === undefined) return 'NULL'
  if (Array.isArray(value)) return `[${value.map(paramLiteral).join(', ')}]`
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return escapeString(value)
  throw new Error(`cannot bind a value of type ${typeof value}`)
}

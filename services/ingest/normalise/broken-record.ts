// Pure: whether JSON that is broken was one record, for all that can be seen. A writer that was killed and goes on
// without a newline, and a hole in a file, put the beginning of one record and another record, or the end of another
// one, on one line: then the names that are left may be of either.
import { isObject, jsonPieces, type JsonObject, type JsonValue } from './tolerant-json.ts'

/**
 * Whether it ends as a record does, no other record begins in it, and it is only broken by quotes in a text, by what
 * stands in front, or as another notation than JSON. `{"podUid":"u","message":"a "b" c"}`, `{'podUid':'u'}`.
 */
export function isOneRecord(text: string): boolean {
  if (!isEnd.test(text.slice(-endMax))) return false
  const start = text.indexOf('{')
  if (start < 0 || /["'`{}\]]/.test(text.slice(0, start))) return false
  const record = text.slice(start)
  const [piece] = jsonPieces(record)
  if (piece === undefined || piece.isLoose === true) return false
  const { brokenAt } = piece
  if (brokenAt === undefined) return isClosers.test(record.slice(piece.stop))
  if (anotherBegin.test(record.slice(1)) || quotesIn(record) % 2 !== 0) return false
  const [before, behind] = [record.slice(0, brokenAt), record.slice(brokenAt)]
  if (before.trim() === '{') return otherNotation.test(behind)
  // The end of another record would go on as JSON does, or make the number of quotes odd.
  return /"\s*$/.test(before.slice(-endMax)) && word.test(behind)
}

/** Whether the beginning of a record, whose `text` was cut, may have another record, or the end of one, inside. */
export function hasRecordInside(beginning: JsonObject, text: string): boolean {
  if (isEnd.test(text.slice(-endMax))) return true
  const waiting: JsonValue[] = beginning.entries.flatMap(([key, value]) => (key === 'kubernetes' ? [] : [value]))
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (Array.isArray(value)) for (const each of value) waiting.push(each)
    else if (isObject(value))
      for (const [key, each] of value.entries) {
        if (fieldsOfRecord.has(key)) return true
        waiting.push(each)
      }
  }
  return false
}

const fieldsOfRecord: ReadonlySet<string> = new Set(['time', 'message', 'cri', 'path', 'podUid', 'records'])

/** What may stand behind the last bracket of a record. */
const endMax = 64
const isEnd = /\}[\s,;\]"'`)]*$/
const isClosers = /^[\s,;\]"'`)]*$/

/** Not the braces of JSON in a text, and none that are empty. */
const anotherBegin = /\{(?!\\|\s*\})/

/** Keys in single quotes or in none, and comments. */
const otherNotation = /^(?:(['`]?)[a-z_][\w.-]*\1\s*[:=]|\/[*/])/i

const word = /^(?![-\d]|(?:true|false|null)(?!\w))[^\s"'`:,{}[\]\0]/

const quotesIn = (text: string): number => text.replaceAll(/\\[^]|[^"\\]+/g, '').length

// Turns failures of an engine, a server or the network into AfterlogErrors. Pure. Codes are ClickHouse's
// (system.errors). The engine's own message stays in `cause`, for the log. The sentence may be shown to the client.
import { AfterlogError } from '../errors.ts'
import { damageCodes, damagedPart } from './damaged-part.ts'

/** Classifies a failure. An AfterlogError is returned unchanged. */
export function classifyError(error: unknown): AfterlogError {
  if (error instanceof AfterlogError) return error
  const text = messageOf(error)
  const code = engineCode(error, text)
  const details = { cause: error }
  if (code !== undefined) {
    if (code === 159 && text.includes('distributed_ddl_task_timeout'))
      return new AfterlogError(
        'store-unavailable',
        'not all hosts of the ClickHouse cluster have run a statement in time',
        {
          ...details,
          retryAfterS: 5,
        },
      )
    if (timeCodes.has(code)) {
      return new AfterlogError(
        'query-limit',
        'the query took longer than it may: narrow the time range or the filters',
        { ...details, limit: 'time' },
      )
    }
    if (code === 241) {
      return /query memory limit|for query/i.test(text)
        ? new AfterlogError(
            'query-limit',
            'the query needs more memory than it may use: narrow the time range or the filters',
            { ...details, limit: 'memory' },
          )
        : new AfterlogError('store-unavailable', 'the store is short of memory right now', {
            ...details,
            retryAfterS: 5,
          })
    }
    if (sizeCodes.has(code)) {
      return new AfterlogError(
        'query-limit',
        'the query reads more than it may (AFTERLOG_QUERY_ROWS_MAX, AFTERLOG_QUERY_READ_BYTES_MAX): ' +
          'narrow the time range or the filters',
        { ...details, limit: 'read' },
      )
    }
    if (code === 427) return refusedSearch(`the regular expression is not valid RE2 syntax${re2Reason(text)}`, details)
    if (code === 167 || code === 168)
      return refusedSearch(
        'the search is too large for one statement: use fewer words or fields, or put the text in quotes',
        details,
      )
    if (fileCodes.has(code) && tooManyFiles.test(text)) return outOfFiles(details)
    if (damagedPart(code, text) !== undefined) return storeDamaged(details)
    if (code === 243 || (systemCodes.has(code) && noSpace.test(text))) return storeFull(details)
    if (accessCodes.has(code))
      return new AfterlogError(
        'store-unavailable',
        'the store refuses the login: check AFTERLOG_CLICKHOUSE_USER and AFTERLOG_CLICKHOUSE_PASSWORD',
        details,
      )
    if (awayCodes.has(code) || (systemCodes.has(code) && shuttingDown.test(text))) {
      return new AfterlogError('store-unavailable', 'the store cannot do this right now', {
        ...details,
        retryAfterS: 5,
      })
    }
    return new AfterlogError('internal', `the store refused a statement (code ${code})`, details)
  }
  if (noSpace.test(text)) return storeFull(details)
  if (/^(?:EMFILE|ENFILE)\b/.test(text)) return outOfFiles(details)
  if (networkCodes.has(String((error as { code?: unknown } | null)?.code)) || networkWords.test(text)) {
    return new AfterlogError('store-unavailable', 'the store does not answer', { ...details, retryAfterS: 5 })
  }
  return new AfterlogError('internal', 'the store failed in an unknown way', details)
}

const refusedSearch = (sentence: string, details: { cause: unknown }): AfterlogError =>
  new AfterlogError('invalid-parameter', sentence, { ...details, parameter: 'q' })

/**
 * Classifies the failure of an insert for the writer, which tries again: `store-busy`, `store-memory`, `store-timeout`,
 * and
 * `rows-refused` where the store will never take these rows.
 */
export function classifyInsertError(error: unknown): AfterlogError {
  if (error instanceof AfterlogError) return error
  const text = messageOf(error)
  const code = engineCode(error, text)
  const details = { cause: error }
  if (code !== undefined && busyCodes.has(code))
    return new AfterlogError(
      'store-busy',
      'the store has too many parts or queries and must merge or finish some first',
      {
        ...details,
        retryAfterS: 10,
      },
    )
  if (code === 241 || text.startsWith('HTTP 413:'))
    return new AfterlogError('store-memory', 'the store lacks the memory for an insert of this size', {
      ...details,
      retryAfterS: 5,
    })
  if (code === undefined ? insertTimeout.test(text) : timeCodes.has(code) || code === 209)
    return new AfterlogError('store-timeout', 'the store took longer than an insert may', {
      ...details,
      retryAfterS: 5,
    })
  if (code !== undefined && dataCodes.has(code))
    return new AfterlogError('rows-refused', `the store refused the content of rows (code ${code})`, details)
  return classifyError(error)
}

/** Too many queries, or too many parts. */
const busyCodes = new Set([202, 203, 252])
/**
 * The rows cannot be read: text, escapes, quotes, dates, numbers, JSON (6, 25 to 28, 33, 38, 41, 72, 117, 130). Or a
 * value is out of range (69, 131, 321, 407), or missing (349).
 */
const dataCodes = new Set([6, 25, 26, 27, 28, 33, 38, 41, 69, 72, 117, 130, 131, 321, 349, 407])
const insertTimeout = /timeout error|timed out|aborted due to timeout|\bETIMEDOUT\b/i

/**
 * Whether a statement failed since files of a part are missing, cut off or changed, whether or not it names the part.
 */
export function isDamage(error: unknown): boolean {
  if (!(error instanceof AfterlogError)) return false
  if (error.code === 'store-damaged') return true
  if (error.code !== 'internal' || error.cause === undefined) return false
  const code = engineCode(error.cause, messageOf(error.cause))
  return code !== undefined && fileDamageCodes.has(code)
}

/** Also files that cannot be read or opened (74, 76), impossible sizes (128, 131), and a file too many (227). */
const fileDamageCodes = new Set([...damageCodes, 74, 76, 128, 131, 227])

/** Timeout, too slow. */
const timeCodes = new Set([159, 160])
/** Too many rows or bytes: read, returned, or in a set. */
const sizeCodes = new Set([158, 307, 396, 191])
/** Unknown user, wrong or missing password, authentication failed. */
const accessCodes = new Set([192, 193, 194, 516])
/**
 * Failures of files and of the system. The message says which one; messages of other codes may quote a line or a query.
 */
const systemCodes = new Set([74, 75, 76, 236, 425, 1000, 1001, 1002])
/**
 * Sockets and host names (95, 96, 198, 209, 210, 279, 297, 519), no thread or memory (173, 439), Keeper and replicas
 * (225, 242, 254, 285, 286, 289, 319, 733, 999), too many queries or parts (202, 203, 252, 745), stopped (236, 394).
 */
const awayCodes = new Set([
  95, 96, 173, 198, 202, 203, 209, 210, 225, 236, 242, 252, 254, 279, 285, 286, 289, 297, 319, 394, 439, 519, 733, 745,
  999,
])
const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ERR_STREAM_PREMATURE_CLOSE',
])
const networkWords = new RegExp(
  [
    '^aborted$',
    '^HTTP (?:408|429|5\\d\\d):',
    'socket hang up',
    'timeout error',
    'premature close',
    'other side closed',
    'connection (was )?(refused|reset|closed)',
  ].join('|'),
  'i',
)
/** Failures of files, of the system, and of waiting for sockets (573). */
const fileCodes = new Set([...systemCodes, 573])
const tooManyFiles = /too many open files/i
const noSpace = /no space left on device|not enough space|\bENOSPC\b|disk quota exceeded/i
const shuttingDown = /shutting down|server shutdown/i

/** Returns the engine's code, from the field that the HTTP client sets or from the start of the engine's message. */
function engineCode(error: unknown, text: string): number | undefined {
  const field = (error as { code?: unknown } | null)?.code
  if (typeof field === 'string' && /^\d+$/.test(field)) return Number(field)
  const head = /\bCode: (\d+)\. DB::/.exec(text)
  return head === null ? undefined : Number(head[1])
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function outOfFiles(details: { cause: unknown }): AfterlogError {
  const words =
    'this process or the store has as many files and connections open as it may: raise its limit (ulimit -n, LimitNOFILE)'
  return new AfterlogError('store-unavailable', words, { ...details, retryAfterS: 5 })
}

function storeDamaged(details: { cause: unknown }): AfterlogError {
  return new AfterlogError('store-damaged', 'a part of the store is damaged and cannot be read', {
    ...details,
    retryAfterS: 5,
  })
}

function storeFull(details: { cause: unknown }): AfterlogError {
  return new AfterlogError('store-full', 'the disk of the store is full: free space, or shorten the retention', {
    ...details,
    retryAfterS: 30,
  })
}

function re2Reason(text: string): string {
  const reason = /error: (.{1,200}?)(?:\. Look at|\n|$)/.exec(text)?.[1]
  return reason === undefined ? '' : `: ${reason}`
}

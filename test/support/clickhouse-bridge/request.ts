// An HTTP request to ClickHouse → the statement it carries: text, settings, data. Pure.
import { escapeString } from '#shared/clickhouse/escape-string.ts'

export interface BridgeRequest {
  text: string
  database: string
  queryId: string | undefined
  settings: Record<string, string>
}

/** `body` is the statement, or what follows it where the query string holds one. */
export function parseRequest(url: URL, body: string): BridgeRequest {
  const params = new Map<string, string>()
  const settings: Record<string, string> = {}
  for (const [name, value] of url.searchParams) {
    if (name.startsWith('param_')) params.set(name.slice('param_'.length), value)
    else if (!notSettings.has(name)) settings[name] = value
  }
  const text = `${url.searchParams.get('query') ?? ''}${body}`
  return {
    text: substitute(text, params).replace(/^(\s*KILL QUERY WHERE) initial_query_id =/, `$1 Settings['log_comment'] =`),
    database: url.searchParams.get('database') ?? 'default',
    queryId: url.searchParams.get('query_id') ?? undefined,
    settings,
  }
}

/**
 * Fields of the protocol, settings that only an HTTP server has, and one that the embedded engine's sessions have
 * anyway.
 */
const notSettings = new Set([
  'query', 'query_id', 'database', 'user', 'password', 'session_id', 'role', 'default_format', 'wait_end_of_query', 'enable_http_compression',
  'cancel_http_readonly_queries_on_client_close', 'max_query_size',
]) // prettier-ignore

/** The server reads a value like a field of TSV: escaped for a String, the text form of any other type. */
function substitute(text: string, params: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\{(\w+):([^{}]+)\}/g, (placeholder, name: string, type: string) => {
    const value = params.get(name)
    if (value === undefined) return placeholder
    return `_CAST(${escapeString(type === 'String' ? unescapeTsv(value) : value)}, ${escapeString(type)})`
  })
}

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', '0': '\0', a: '\x07', v: '\v' }

function unescapeTsv(value: string): string {
  // Like the server, stop at what would end the field.
  const end = /[\t\n]/.exec(value)
  if (end !== null)
    throw new Error(
      'Code: 457. DB::Exception: Value cannot be parsed as String: it is not parsed completely. (BAD_QUERY_PARAMETER)',
    )
  return value.replaceAll(/\\([^])/g, (_, letter: string) => escapes[letter] ?? letter)
}

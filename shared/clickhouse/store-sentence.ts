// Explains why a program cannot use its store, in one sentence for the user who started it: what failed, why, and which
// setting decides it.
import { AfterlogError } from '../errors.ts'

/** @param url AFTERLOG_CLICKHOUSE_URL, where it is set. */
export function storeSentence(error: unknown, url: string | undefined): string {
  const message = error instanceof Error ? error.message : String(error)
  if (!(error instanceof AfterlogError) || url === undefined) return message
  const why = causeOf(error)
  const address = new URL(url)
  address.username = address.password = ''
  const said = `${message}${why === '' ? '' : `: ${why}`}`.replace(/\.$/, '')
  return `${said}. AFTERLOG_CLICKHOUSE_URL is ${address.href.replace(/\/$/, '')}`
}

/** Returns the innermost cause: `connect ECONNREFUSED 127.0.0.1:8123`. */
function causeOf({ cause }: Error): string {
  if (!(cause instanceof Error)) return ''
  const deeper = causeOf(cause)
  if (deeper !== '') return deeper
  const { message, code } = cause as NodeJS.ErrnoException
  return (message || (code ?? '')).split('\n')[0]!
}

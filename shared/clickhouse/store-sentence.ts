// What kept a program from using its store, as one sentence for whoever started it: what failed, why, and which setting
// decides it.
import { AfterlogError } from '../errors.ts'

/** `url`: AFTERLOG_CLICKHOUSE_URL, where one is set. */
export function storeSentence(error: unknown, url: string | undefined): string {
  const message = error instanceof Error ? error.message : String(error)
  if (!(error instanceof AfterlogError) || url === undefined) return message
  const why = causeOf(error)
  const shown = new URL(url)
  shown.username = shown.password = ''
  return `${message}${why === '' ? '' : `: ${why}`}. AFTERLOG_CLICKHOUSE_URL is ${shown.href.replace(/\/$/, '')}`
}

/** `connect ECONNREFUSED 127.0.0.1:8123`, however deep it lies. */
function causeOf({ cause }: Error): string {
  if (!(cause instanceof Error)) return ''
  const deeper = causeOf(cause)
  if (deeper !== '') return deeper
  const { message, code } = cause as NodeJS.ErrnoException
  return (message || (code ?? '')).split('\n')[0]!
}

// Whether anything listens where lines or dead letters are to go, asked once before the work begins: a wrong address is
// said at once. Later, a service that restarts is waited for (retry.ts).
import { sentenceOfFailure, type HttpClient } from './http-client.ts'
import { ImportStopped } from './retry.ts'

export interface FirstContact {
  client: HttpClient
  url: string
  /** What names the service: `--url`. */
  option: string
}

/** Rejects with ImportStopped where no server has this address; resolves whatever a server answers, or how it fails. */
export async function firstContact({ client, url, option }: FirstContact): Promise<void> {
  const failure = await client.get('/readyz', {}, '*/*').then(
    (response) => response.body?.cancel(),
    (error: unknown) => error,
  )
  if (failure === undefined || !nobodyThere.has(codeOf(failure))) return
  const shown = new URL(url)
  shown.username = shown.password = ''
  throw new ImportStopped(
    `nothing listens at ${shown.href.replace(/\/$/, '')} (${sentenceOfFailure(failure)}). Name the service with ${option}, or wait for it with --timeout`,
  )
}

/** Refused, and a name that no host has. */
const nobodyThere = new Set(['ECONNREFUSED', 'ENOTFOUND'])

function codeOf(error: unknown): string {
  const { code, cause } = error as { code?: unknown; cause?: unknown }
  return typeof code === 'string' ? code : cause === undefined ? '' : codeOf(cause)
}

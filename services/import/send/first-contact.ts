// Checks once, before the work begins, whether anything listens at the address, so that a wrong address is reported at
// once. Later, a service that restarts is waited for (retry.ts).
import { sentenceOfFailure, type HttpClient } from './http-client.ts'
import { ImportStopped } from './retry.ts'

export interface FirstContact {
  client: HttpClient
  url: string
  /** The option that names the service: `--url`. */
  option: string
}

/**
 * Rejects with ImportStopped where no server has this address. Resolves with any answer, and with any other failure.
 */
export async function firstContact({ client, url, option }: FirstContact): Promise<void> {
  const failure = await client.get('/readyz', {}, '*/*').then(
    (response) => response.body?.cancel(),
    (error: unknown) => error,
  )
  if (failure === undefined || !nobodyThere.has(codeOf(failure))) return
  const address = new URL(url)
  address.username = address.password = ''
  const failed = `nothing listens at ${address.href.replace(/\/$/, '')} (${sentenceOfFailure(failure)})`
  throw new ImportStopped(`${failed}. Name the service with ${option}, or wait for it with --timeout`)
}

/** The connection is refused, or the name belongs to no host. */
const nobodyThere = new Set(['ECONNREFUSED', 'ENOTFOUND'])

function codeOf(error: unknown): string {
  const { code, cause } = error as { code?: unknown; cause?: unknown }
  return typeof code === 'string' ? code : cause === undefined ? '' : codeOf(cause)
}

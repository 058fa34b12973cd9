// Finds the service for the lines: the one that was named, one that runs on this machine, or one started for the
// import.
import { resolve } from 'node:path'
import type { Config } from '#shared/config.ts'
import type { Logger } from '#shared/logger.ts'
import { firstContact } from './send/first-contact.ts'
import { createHttpClient } from './send/http-client.ts'
import type { Retry } from './send/retry.ts'

export interface Target extends AsyncDisposable {
  url: string
  /** Distinguishes this store from others in the name of the state file. */
  identity: string
  /** Whether the service runs only while the import does. */
  embedded: boolean
}

const localUrl = 'http://127.0.0.1:8080'

export interface FindTargetOptions {
  url: string | undefined
  /** Whether to wait for a service that is not there yet. */
  waits: boolean
  retry: Retry
  /** Called only where a service must be started. */
  config: () => Config
  log: Logger
}

/** Rejects with a sentence where no service can be reached or started. */
export async function findTarget({ url, waits, retry, config, log }: FindTargetOptions): Promise<Target> {
  if (url !== undefined) {
    const client = createHttpClient({ url, tenant: '' })
    if (!waits) await firstContact({ client, url, option: '--url or AFTERLOG_URL' })
    await retry(() => client.get('/readyz', {}, '*/*'))
    return running(url)
  }
  if (await answers(localUrl)) return running(localUrl)
  const { startAfterlog } = await import('../start.ts')
  const fullConfig = config()
  // The service of an import does not watch an API server: that is for a service that stays.
  const alone = { AFTERLOG_HTTP_HOST: '127.0.0.1', AFTERLOG_HTTP_PORT: 0, AFTERLOG_KUBERNETES: undefined }
  const started = await startAfterlog({ config: { ...fullConfig, ...alone }, log })
  const store = fullConfig.AFTERLOG_CLICKHOUSE_URL ?? resolve(fullConfig.AFTERLOG_DATA_DIR)
  return { url: started.url, identity: `store ${store}`, embedded: true, [Symbol.asyncDispose]: () => started.close() }
}

const running = (url: string): Target => ({
  url,
  identity: url,
  embedded: false,
  [Symbol.asyncDispose]: async () => {},
})

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2000) })
    await response.body?.cancel()
    return response.ok
  } catch {
    return false
  }
}

// A whole Afterlog in the test's process, over an embedded store in a temporary directory, listening on a free port of
// 127.0.0.1.
import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { readConfig } from '#shared/config.ts'
import { createLogger } from '#shared/logger.ts'
import { startService, type CreateService, type Started } from '#shared/start-service.ts'
import { createIngest } from '#ingest/service.ts'
import { createProjector } from '#projector/service.ts'
import { createQuery } from '#query/service.ts'
import { migratedDataDir } from './migrated-data-dir.ts'

export interface TestService extends Started, AsyncDisposable {
  dataDir: string
  /** Stops it, and starts another one on its data, which remembers nothing but what is stored. */
  restarted(): Promise<TestService>
}

/** Starts it; `env` on top of test defaults. Dispose it to stop it and remove its directory. */
export const startTestService = (
  env: Record<string, string> = {},
  services: readonly CreateService[] = [createIngest, createProjector, createQuery],
): Promise<TestService> => startOn(migratedDataDir('afterlog-test-'), env, services)

async function startOn(dataDir: string, env: Record<string, string>, services: readonly CreateService[]): Promise<TestService> {
  const { config } = readConfig({
    AFTERLOG_DATA_DIR: dataDir,
    AFTERLOG_HTTP_PORT: '0',
    AFTERLOG_LOG_LEVEL: 'fatal',
    AFTERLOG_FLUSH_INTERVAL_MS: '5',
    ...env,
  })
  const started = await startService({
    config,
    log: createLogger({ level: config.AFTERLOG_LOG_LEVEL, service: 'test' }),
    services,
  })
  return {
    ...started,
    dataDir,
    restarted: async () => {
      await started.close()
      return startOn(dataDir, env, services)
    },
    [Symbol.asyncDispose]: async () => {
      await started.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/**
 * Resolves once lists show all that was stored before the call; the store's clock is this machine's. It asks for a
 * tenant without pods, whose list takes one statement. Rejects after `patienceMs`, which is for a machine that is busy
 * with other things.
 */
export async function listsHave(url: string, patienceMs = 60_000): Promise<void> {
  const now = Date.now()
  const signal = AbortSignal.timeout(patienceMs)
  for (;;) {
    const { body } = await request(`${url}/v1/pods`, { headers: { 'x-scope-orgid': 'nobody' }, signal })
    if (typeof body['asOf'] === 'string' && Date.parse(body['asOf']) > now) return
    await sleep(150, undefined, { signal })
  }
}

/** The JSON of an answer, with its status and headers. */
export async function request(
  url: string,
  init?: RequestInit,
): Promise<{ status: number; headers: Headers; body: Record<string, unknown> }> {
  const response = await fetch(url, init)
  return { status: response.status, headers: response.headers, body: (await response.json()) as Record<string, unknown> }
}

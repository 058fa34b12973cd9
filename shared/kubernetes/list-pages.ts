// Lists all objects of a kind at one moment, page by page: all pages show the state at the first one's resourceVersion,
// for as long as the API server has it.
// https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks
import type { ApiServer } from './api-server.ts'
import type { WatchedKind } from './watched-kind.ts'

export interface ListPage {
  /** The List as received. */
  body: Buffer
  uids: string[]
  resourceVersion: string
}

export interface ListOptions {
  api: ApiServer
  kind: WatchedKind
  pageSize: number
  silentMsMax: number
  signal: AbortSignal
}

/**
 * Throws ApiError with code 410 where the caller takes so long with a page that the API server no longer has the next
 * one.
 */
export async function* listPages({ api, kind, pageSize, silentMsMax, signal }: ListOptions): AsyncGenerator<ListPage> {
  let token: string | undefined
  do {
    const query = new URLSearchParams({ limit: String(pageSize), ...(token === undefined ? {} : { continue: token }) })
    const body = await collect(await api.get(`/api/v1/${kind}?${query.toString()}`, { signal, silentMsMax }))
    const { metadata, items } = JSON.parse(body.toString()) as {
      metadata?: { resourceVersion?: string; continue?: string }
      items?: { metadata?: { uid?: string } }[] | null
    }
    const { resourceVersion } = metadata ?? {}
    if (resourceVersion === undefined || resourceVersion === '')
      throw new Error(`the API server answers a list of ${kind} without a resourceVersion`)
    yield { body, uids: (items ?? []).map((item) => item.metadata?.uid ?? ''), resourceVersion }
    token = metadata?.continue
  } while (token !== undefined && token !== '')
}

async function collect(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}

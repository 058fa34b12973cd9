// Watches the objects of a kind from a resourceVersion on, one event per line, until the API server ends the stream.
// https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
import { statusError } from './api-error.ts'
import type { ApiServer } from './api-server.ts'
import { splitLines } from './split-lines.ts'
import type { WatchedKind } from './watched-kind.ts'

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'
  uid: string
  resourceVersion: string
  /** The event as received: JSON without a newline. */
  line: Buffer
}

export interface WatchOptions {
  api: ApiServer
  kind: WatchedKind
  /** The last known version. */
  resourceVersion: string
  /** Seconds after which the API server ends the stream, in order. */
  timeoutS: number
  /** ms of silence that break the watch off. Bookmarks come once a minute. */
  silentMsMax: number
  /** Called when the API server begins to answer. */
  onOpen(): void
  signal: AbortSignal
}

/** An object takes up to 1.5 MiB in etcd, and more as JSON. */
const lineBytesMax = 16 * 1024 * 1024

/**
 * Ends when the API server ends the stream. Throws ApiError, with 410 where the history is compacted: in the answer's
 * status or in the stream. A line that was cut is dropped; the next watch begins behind the event before it.
 */
export async function* watchEvents(options: WatchOptions): AsyncGenerator<WatchEvent> {
  const { api, kind, resourceVersion, timeoutS, silentMsMax, onOpen, signal } = options
  const query = new URLSearchParams({
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion,
    timeoutSeconds: String(timeoutS),
  })
  const body = await api.get(`/api/v1/${kind}?${query.toString()}`, { signal, silentMsMax })
  onOpen()
  for await (const line of splitLines(body, lineBytesMax)) {
    const event = parse(line, kind)
    const { type, object } = event
    switch (type) {
      case 'ADDED':
      case 'MODIFIED':
      case 'DELETED':
      case 'BOOKMARK': {
        const { uid = '', resourceVersion: version } = object?.metadata ?? {}
        if (version === undefined || version === '')
          throw new Error(`a watch of ${kind} sent ${type} without a resourceVersion`)
        yield { type, uid, resourceVersion: version, line }
        break
      }
      case 'ERROR':
        throw statusError(object, 500)
      default:
        throw new Error(
          `a watch of ${kind} sent ${JSON.stringify(type).slice(0, 100)}, which is no known type of event`,
        )
    }
  }
}

interface RawEvent {
  type: unknown
  object?: { metadata?: { uid?: string; resourceVersion?: string } }
}

function parse(line: Buffer, kind: WatchedKind): RawEvent {
  try {
    const event = JSON.parse(line.toString()) as unknown
    if (typeof event === 'object' && event !== null && 'type' in event) return event
  } catch {
    // The error below reports it.
  }
  throw new Error(`a watch of ${kind} sent a line that is not a watch event: ${line.subarray(0, 100).toString()}`)
}

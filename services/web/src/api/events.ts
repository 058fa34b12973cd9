// Server-sent events of a tail. A browser goes on behind the last one by itself; what it gives up on (a service that
// restarts answers with an error at first) is tried again from there.
import { baseUrl } from './client.ts'

export interface EventsOptions {
  /** Below the base, such as `v1/logs/tail`. */
  path: string
  query: Readonly<Record<string, string | readonly string[]>>
  /** What is called with the data of an event, by its name. */
  on: Readonly<Record<string, (data: unknown) => void>>
  onOpen?: () => void
  onBreak?: () => void
}

const retryMs = 2000
const retryMsMax = 30_000

/** Returns what ends it. */
export function openEvents({ path, query, on, onOpen, onBreak }: EventsOptions): () => void {
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let lastId = ''
  let waitMs = retryMs
  function connect(): void {
    const opened = new EventSource(addressOf(path, query, lastId))
    source = opened
    opened.addEventListener('open', () => {
      waitMs = retryMs
      onOpen?.()
    })
    for (const [name, take] of Object.entries(on))
      opened.addEventListener(name, ({ data, lastEventId }: MessageEvent<string>) => {
        if (lastEventId !== '') lastId = lastEventId
        take(JSON.parse(data))
      })
    opened.addEventListener('error', () => {
      onBreak?.()
      if (opened.readyState !== EventSource.CLOSED) return
      timer = setTimeout(connect, waitMs)
      waitMs = Math.min(retryMsMax, waitMs * 2)
    })
  }
  connect()
  return () => {
    clearTimeout(timer)
    source?.close()
  }
}

function addressOf(path: string, query: EventsOptions['query'], lastId: string): string {
  const address = new URL(path, baseUrl)
  for (const [name, value] of Object.entries(query))
    for (const one of [value].flat()) address.searchParams.append(name, one)
  if (lastId !== '') address.searchParams.set('cursor', lastId)
  return address.href
}

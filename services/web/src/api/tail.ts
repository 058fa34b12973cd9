// The live tail: lines as they arrive, over server-sent events. A browser goes on behind the last line by itself; what it
// gives up on (a service that restarts answers with an error at first) is tried again from there.
import { baseUrl } from './client.ts'
import type { LogFilters } from './logs.ts'
import type { Line } from './types.ts'

export interface TailHandlers {
  onLine: (line: Line) => void
  /** Lines were left out, or a pod died or was born. */
  onMark: (event: 'dropped' | 'life', data: unknown) => void
  onOpen: () => void
  onBreak: () => void
}

const retryMs = 2000
const retryMsMax = 30_000

/** Returns what ends it. */
export function openTail(filters: LogFilters, { onLine, onMark, onOpen, onBreak }: TailHandlers): () => void {
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let lastId = ''
  let waitMs = retryMs
  function connect(): void {
    const opened = new EventSource(addressOf(filters, lastId))
    source = opened
    opened.addEventListener('open', () => {
      waitMs = retryMs
      onOpen()
    })
    opened.addEventListener('line', ({ data, lastEventId }: MessageEvent<string>) => {
      if (lastEventId !== '') lastId = lastEventId
      const line: Line = JSON.parse(data)
      onLine(line)
    })
    for (const name of ['dropped', 'life'] as const)
      opened.addEventListener(name, ({ data }: MessageEvent<string>) => onMark(name, JSON.parse(data)))
    opened.addEventListener('error', () => {
      onBreak()
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

function addressOf(filters: LogFilters, lastId: string): string {
  const address = new URL('v1/logs/tail', baseUrl)
  for (const [name, value] of Object.entries(filters))
    for (const one of [value].flat()) address.searchParams.append(name, one)
  if (lastId !== '') address.searchParams.set('cursor', lastId)
  return address.href
}

// Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html

import { droppedJson } from './dropped-lines.ts'
import type { Dropped } from './line-buffer.ts'

export interface SseEvent {
  event: string
  data: string
  id?: string
}

/** `data` has to be one line, as JSON is. */
export const sseEvent = ({ event, data, id }: SseEvent): string =>
  `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${data}\n\n`

/** It has no id: a client that comes back goes on behind the last line that it has. */
export const droppedEvent = (dropped: Dropped): string =>
  sseEvent({ event: 'dropped', data: JSON.stringify(droppedJson(dropped)) })

/** A comment, which clients ignore; it keeps proxies from closing an idle connection. */
export const sseComment = (text: string): string => `: ${text}\n\n`

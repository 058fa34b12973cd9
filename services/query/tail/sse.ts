// Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html

export interface SseEvent {
  event: string
  data: string
  id?: string
}

/** `data` has to be one line, as JSON is. */
export const sseEvent = ({ event, data, id }: SseEvent): string =>
  `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${data}\n\n`

/** A comment, which clients ignore; it keeps proxies from closing an idle connection. */
export const sseComment = (text: string): string => `: ${text}\n\n`

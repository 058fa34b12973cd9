// Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html

export interface SseEvent {
  event: string
  data: string
  id?: string
}

/** Data is one line: JSON has no raw newline. */
export const sseEvent = ({ event, data, id }: SseEvent): string =>
  `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${data}\n\n`

/** Clients ignore comments; proxies and sockets see that the connection lives. */
export const sseComment = (text: string): string => `: ${text}\n\n`

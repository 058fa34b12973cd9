// Pure: how a tail shows what it sends: as server-sent events, which a client can resume, as NDJSON, or as text.
import { lineJson } from '#shared/lines/line-json.ts'
import { createLineText, type TextOptions } from '#shared/lines/line-text.ts'
import type { Line } from '#shared/lines/row-decoder.ts'
import type { Divider } from './divider-text.ts'
import { sseComment, sseEvent } from './sse.ts'

export const tailTypes = ['text/event-stream', 'application/x-ndjson', 'text/plain'] as const
export type TailType = (typeof tailTypes)[number]

export interface TailWriter {
  /** `id` makes the cursor behind the line, where the form has one. */
  line(line: Line, id: () => string): string
  /** A pod or a container that died or was born. */
  life(divider: Divider, id: () => string): string
  /** What a reader should know, and a program may leave out. */
  notice(text: string): string
  /** What keeps an idle connection open: '' where every byte is a line. */
  readonly heartbeat: string
  /** The service stops. */
  readonly end: string
}

export function createTailWriter(type: TailType, text: TextOptions): TailWriter {
  switch (type) {
    case 'text/event-stream':
      return {
        line: (line, id) => sseEvent({ event: 'line', id: id(), data: JSON.stringify(lineJson(line)) }),
        life: (divider, id) => sseEvent({ event: 'life', id: id(), data: JSON.stringify(divider) }),
        notice: sseComment,
        heartbeat: sseComment('still here'),
        end: sseEvent({ event: 'end', data: '{}' }),
      }
    case 'application/x-ndjson':
      return {
        line: (line) => `${JSON.stringify(lineJson(line))}\n`,
        life: (divider) => `${JSON.stringify(divider)}\n`,
        notice: () => '',
        heartbeat: '',
        end: '',
      }
    case 'text/plain': {
      const write = createLineText(text)
      return {
        line: (line) => write([line]).toString(),
        life: (divider) => `${text.times ? `${divider.time} ` : ''}${divider.text}\n`,
        notice: (sentence) => `── ${sentence} ──\n`,
        heartbeat: '',
        end: '',
      }
    }
  }
}

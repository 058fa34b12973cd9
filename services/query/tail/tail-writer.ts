// Pure: how a tail shows what it sends: as server-sent events, which a client can resume, as NDJSON, or as text.
import { lineJson } from '#shared/lines/line-json.ts'
import { createLineText, type TextOptions } from '#shared/lines/line-text.ts'
import type { Line } from '#shared/lines/row-decoder.ts'
import { formatTime } from '#shared/time/format-time.ts'
import type { Divider } from './divider-text.ts'
import { droppedJson } from './dropped-lines.ts'
import type { Dropped } from './line-buffer.ts'
import { droppedEvent, sseComment, sseEvent } from './sse.ts'

export const tailTypes = ['text/event-stream', 'application/x-ndjson', 'text/plain'] as const
export type TailType = (typeof tailTypes)[number]

/** `forms` of the route. */
export const tailForms: Readonly<Record<TailType, string>> = {
  'text/event-stream':
    'Server-sent events. `line`: its data is a Line, its id a cursor. `life`: a pod or a container that died or was ' +
    'born. `dropped`: lines that the client did not take in time. `end`: the service stops.',
  'application/x-ndjson': 'A Line as JSON on each line, and an object with `dropped` where lines were dropped.',
  'text/plain': 'The message of a line on each line.',
}

export interface TailWriter {
  /** `id` makes the cursor behind the line, where the form has one. */
  line(line: Line, id: () => string): string
  /** A pod or a container that died or was born. */
  life(divider: Divider, id: () => string): string
  /** What a reader should know, and a program may leave out. */
  notice(text: string): string
  /** Lines that the client did not take in time. */
  dropped(dropped: Dropped): string
  /** What keeps an idle connection open, with how far the tail is behind: '' where every byte is a line. */
  heartbeat(lagMs: number): string
  /** The service stops. */
  readonly end: string
}

const notice = (sentence: string): string => `── ${sentence} ──\n`

export function createTailWriter(type: TailType, text: TextOptions): TailWriter {
  switch (type) {
    case 'text/event-stream':
      return {
        line: (line, id) => sseEvent({ event: 'line', id: id(), data: JSON.stringify(lineJson(line)) }),
        life: (divider, id) => sseEvent({ event: 'life', id: id(), data: JSON.stringify(divider) }),
        notice: sseComment,
        dropped: droppedEvent,
        heartbeat: (lagMs) => sseComment(`still here, lag ${(lagMs / 1000).toFixed(3)} s`),
        end: sseEvent({ event: 'end', data: '{}' }),
      }
    case 'application/x-ndjson':
      return {
        line: (line) => `${JSON.stringify(lineJson(line))}\n`,
        life: (divider) => `${JSON.stringify(divider)}\n`,
        notice: () => '',
        dropped: (dropped) => `${JSON.stringify({ dropped: droppedJson(dropped) })}\n`,
        heartbeat: () => '',
        end: '',
      }
    case 'text/plain': {
      const write = createLineText(text)
      return {
        line: (line) => write([line]).toString(),
        life: (divider) => `${text.times ? `${divider.time} ` : ''}${divider.text}\n`,
        notice,
        dropped: ({ count, from, to }) =>
          notice(
            `${count} lines dropped, from ${formatTime(from)} to ${formatTime(to)}: they came faster than they were read`,
          ),
        heartbeat: () => '',
        end: '',
      }
    }
  }
}

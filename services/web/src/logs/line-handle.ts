// Pure: a line as a text for the address, by what it keeps for ever: `time,offset,container,podUid`, with nothing where
// something is not known.
import type { Line } from '../api/types.ts'

export interface LineHandle {
  time: string
  offset: number | null
  container: string
  podUid: string | null
}

export const handleText = ({ time, offset, container, podUid }: LineHandle): string =>
  [time, offset ?? '', container, podUid ?? ''].join(',')

/** Undefined where the text begins with no time of an answer. */
export function readHandle(text: string): LineHandle | undefined {
  const [time = '', offset = '', container = '', podUid = ''] = text.split(',')
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/.test(time) || Number.isNaN(Date.parse(time))) return undefined
  return {
    time,
    offset: /^\d{1,16}$/.test(offset) ? Number(offset) : null,
    container,
    podUid: podUid === '' ? null : podUid,
  }
}

export const isLineOf = (handle: LineHandle, line: Line): boolean =>
  line.time === handle.time &&
  line.offset === handle.offset &&
  line.container === handle.container &&
  line.podUid === handle.podUid

// Renders the progress of the import: a bar that redraws itself on a terminal, else a line every few seconds. Pure: the
// caller passes the time.

export interface ProgressNow {
  /** ms since any fixed moment. */
  atMs: number
  lines: number
  bytes: number
  /** The bytes to read; undefined until they are known. */
  bytesTotal: number | undefined
  /** What the import waits for, or undefined. */
  waiting: string | undefined
}

export interface Progress {
  /** Returns the text to write, or '' where none is due. */
  tick(now: ProgressNow): string
  /** Returns the text that ends the bar. */
  end(now: ProgressNow): string
}

export interface ProgressOptions {
  terminal: boolean
  columns: number
  intervalMs: number
}

export function createProgress({ terminal, columns, intervalMs }: ProgressOptions): Progress {
  let drawnAt = -Infinity
  const recent: ProgressNow[] = []
  const draw = (now: ProgressNow): string => {
    drawnAt = now.atMs
    recent.push(now)
    if (recent.length > 10) recent.shift()
    const text = describe(now, rate(recent), terminal ? columns : 0)
    return terminal ? `\r\x1b[2K${text}` : `${text}\n`
  }
  return {
    tick: (now) => (now.atMs - drawnAt < intervalMs ? '' : draw(now)),
    end: (now) => (terminal ? `${draw(now)}\n` : draw(now)),
  }
}

// The rate over the last drawings, so that a pause is visible.
function rate(recent: readonly ProgressNow[]): { lines: number; bytes: number } {
  const first = recent[0]!
  const last = recent.at(-1)!
  const seconds = recent.length === 1 ? last.atMs / 1000 : (last.atMs - first.atMs) / 1000
  if (seconds <= 0) return { lines: 0, bytes: 0 }
  const from = recent.length === 1 ? { lines: 0, bytes: 0 } : first
  return { lines: (last.lines - from.lines) / seconds, bytes: (last.bytes - from.bytes) / seconds }
}

function describe(now: ProgressNow, perSecond: { lines: number; bytes: number }, columns: number): string {
  const { bytes, bytesTotal } = now
  const share = bytesTotal === undefined ? 0 : bytesTotal === 0 ? 1 : Math.min(bytes / bytesTotal, 1)
  const isUnderWay = bytesTotal !== undefined && perSecond.bytes > 0 && share < 1
  const left = isUnderWay ? `  ${duration((bytesTotal - bytes) / perSecond.bytes)} left` : ''
  const state = now.waiting === undefined ? left : `  waiting: ${now.waiting}`
  const counts = `${whole(now.lines)} lines  ${whole(perSecond.lines)} lines/s`
  const text = `${String(Math.floor(share * 100)).padStart(3)} %  ${counts}${state}`
  const room = Math.min(columns - text.length - 4, 40)
  const bar = room >= 10 ? `[${'#'.repeat(Math.round(share * room)).padEnd(room, '.')}] ` : ''
  return columns > 0 ? `${bar}${text}`.slice(0, columns - 1) : text
}

/** Formats `1,234,567`. */
export const whole = (value: number): string => Math.round(value).toLocaleString('en-US')

/** Formats `12.3 s`, `4 min 05 s`. */
export function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes >= 60) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
  return `${minutes} min ${String(Math.floor(seconds % 60)).padStart(2, '0')} s`
}

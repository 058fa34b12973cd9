// Pure: moves every time in a text of the recorded cluster by whole seconds, without changing widths and fractions. It
// knows the formats in the recording: RFC 3339 and similar ones, nginx's two, klog's, and the names of rotated logs.

/** The newest moment in demo/cluster, in epoch seconds. */
export const recordedUntilS = Date.UTC(2026, 10, 23, 10, 29) / 1000

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const daySeconds = 86_400
const year = new Date(recordedUntilS * 1000).getUTCFullYear()

const times = new RegExp(
  [
    String.raw`(?<iso>\b\d{4}([-/])\d\d\2\d\d[T ]\d\d:\d\d:\d\d)`,
    String.raw`(?<clf>\b\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d)`,
    String.raw`(?<=^[IWEF]|\s[IWEF])(?<klog>\d{4} \d\d:\d\d:\d\d)(?=\.\d{6} )`,
  ].join('|'),
  'gm',
)

/** Moves every time of the recording by `seconds`. Times of other days, such as the end of a promotion, stay. */
export function rebaseText(text: string, seconds: number): string {
  return text.replace(times, (time: string) => {
    const shape = shapeOf(time)
    const at = shape.read(time)
    const within = at <= recordedUntilS && at > recordedUntilS - daySeconds
    return within ? shape.write(new Date((at + seconds) * 1000).toISOString(), time) : time
  })
}

/** Moves the time in the name of a rotated log: `0.log.20261123-094512`. */
export function rebaseName(name: string, seconds: number): string {
  return name.replace(/(?<=\.log\.)\d{8}-\d{6}/, (time) => {
    const at = utc(
      time.slice(0, 4),
      time.slice(4, 6),
      time.slice(6, 8),
      `${time.slice(9, 11)}:${time.slice(11, 13)}:${time.slice(13)}`,
    )
    return new Date((at + seconds) * 1000).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')
  })
}

interface Shape {
  /** Returns epoch seconds. */
  read(text: string): number
  /** `iso` is `2026-11-23T10:29:00.000Z`; `like` is the text that the result replaces. */
  write(iso: string, like: string): string
}

function shapeOf(time: string): Shape {
  if (time[2] === '/') return clf
  return time[4] === ' ' ? klog : iso
}

const iso: Shape = {
  read: (text) => utc(text.slice(0, 4), text.slice(5, 7), text.slice(8, 10), text.slice(11)),
  write: (to, like) => `${to.slice(0, 10).replaceAll('-', like[4]!)}${like[10]!}${to.slice(11, 19)}`,
}
const clf: Shape = {
  read: (text) =>
    utc(text.slice(7, 11), String(months.indexOf(text.slice(3, 6)) + 1), text.slice(0, 2), text.slice(12)),
  write: (to) => `${to.slice(8, 10)}/${months[Number(to.slice(5, 7)) - 1]!}/${to.slice(0, 4)}:${to.slice(11, 19)}`,
}
const klog: Shape = {
  read: (text) => utc(String(year), text.slice(0, 2), text.slice(2, 4), text.slice(5)),
  write: (to) => `${to.slice(5, 7)}${to.slice(8, 10)} ${to.slice(11, 19)}`,
}

function utc(fullYear: string, month: string, day: string, clock: string): number {
  const [hours, minutes, seconds] = clock.split(':').map(Number)
  return Date.UTC(Number(fullYear), Number(month) - 1, Number(day), hours, minutes, seconds) / 1000
}

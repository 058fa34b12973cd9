// Pure: moves every time that a text of the recorded cluster tells by whole seconds, so that widths and fractions stay as they are.
// Known are the formats that occur there: RFC 3339 and its like, nginx's two, klog's, and the names of rotated logs.

/** The newest moment of demo/cluster, epoch seconds: nothing in it is later. */
export const recordedUntilS = Date.UTC(2026, 10, 23, 10, 29) / 1000

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const daySeconds = 86_400
const year = new Date(recordedUntilS * 1000).getUTCFullYear()

const times =
  /(?<iso>\b\d{4}([-/])\d\d\2\d\d[T ]\d\d:\d\d:\d\d)|(?<clf>\b\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d)|(?<=^[IWEF]|\s[IWEF])(?<klog>\d{4} \d\d:\d\d:\d\d)(?=\.\d{6} )/gm

/** `text` with every time of the recording moved by `seconds`; times of other days (a promotion's end) stay. */
export function rebaseText(text: string, seconds: number): string {
  return text.replace(times, (found: string) => {
    const shape = shapeOf(found)
    const at = shape.read(found)
    const within = at <= recordedUntilS && at > recordedUntilS - daySeconds
    return within ? shape.write(new Date((at + seconds) * 1000).toISOString(), found) : found
  })
}

/** `0.log.20261123-094512`, a rotated log, under its moved name. */
export function rebaseName(name: string, seconds: number): string {
  return name.replace(/(?<=\.log\.)\d{8}-\d{6}/, (found) => {
    const at = utc(
      found.slice(0, 4),
      found.slice(4, 6),
      found.slice(6, 8),
      `${found.slice(9, 11)}:${found.slice(11, 13)}:${found.slice(13)}`,
    )
    return new Date((at + seconds) * 1000).toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-')
  })
}

interface Shape {
  /** Epoch seconds. */
  read(text: string): number
  /** `iso`: `2026-11-23T10:29:00.000Z`; `like`: the text that it takes the place of. */
  write(iso: string, like: string): string
}

function shapeOf(found: string): Shape {
  if (found[2] === '/') return clf
  return found[4] === ' ' ? klog : iso
}

const iso: Shape = {
  read: (text) => utc(text.slice(0, 4), text.slice(5, 7), text.slice(8, 10), text.slice(11)),
  write: (to, like) => `${to.slice(0, 10).replaceAll('-', like[4]!)}${like[10]!}${to.slice(11, 19)}`,
}
const clf: Shape = {
  read: (text) => utc(text.slice(7, 11), String(months.indexOf(text.slice(3, 6)) + 1), text.slice(0, 2), text.slice(12)),
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

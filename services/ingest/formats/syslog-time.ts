// Times of syslog messages. RFC 5424 has those of RFC 3339. RFC 3164 has no year and no zone: the year is the one that
// brings the time nearest to the arrival, the zone UTC unless the text names one.

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

const bsd =
  /([A-Za-z]{3}) {1,2}(\d{1,2}) (?:(\d{4}) )?(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?: (UTC|GMT|Z|[+-]\d\d:?\d\d))?(?:: | |$)/y
const iso = /\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:\d\d)(?: |$)/y

export interface TimeOfText {
  /** RFC 3339. */
  time: string
  /** Where what follows begins. */
  end: number
}

/** Reads the time of a message of RFC 3164, or of rsyslog's forward format, at `pos`. */
export function readBsdTime(text: string, pos: number, receivedMs: number): TimeOfText | undefined {
  iso.lastIndex = pos
  const [isoTime] = iso.exec(text) ?? []
  if (isoTime !== undefined) return { time: isoTime.trimEnd(), end: iso.lastIndex }
  bsd.lastIndex = pos
  const match = bsd.exec(text)
  const month = months.indexOf((match?.[1] ?? '').toLowerCase())
  if (match === null || month < 0) return undefined
  const [, , day = '', year, hours = '', minutes = '', seconds = '', fraction = '', zone = ''] = match
  const ms = offsetMs(zone)
  const at = (of: number): number => {
    const date = Date.UTC(of, month, Number(day), Number(hours), Number(minutes), Math.min(Number(seconds), 59))
    return new Date(date).getUTCMonth() === month ? date - ms : Number.NaN
  }
  const time = year === undefined ? nearest(at, receivedMs) : at(Number(year))
  if (Number.isNaN(time)) return undefined
  return {
    time: `${new Date(time).toISOString().slice(0, 19)}${fraction === '' ? '' : `.${fraction}`}Z`,
    end: bsd.lastIndex,
  }
}

function nearest(at: (year: number) => number, receivedMs: number): number {
  const year = new Date(receivedMs).getUTCFullYear()
  const times = [year, year - 1, year + 1].map(at).filter((time) => !Number.isNaN(time))
  const distance = (time: number): number => Math.abs(time - receivedMs)
  return times.length === 0 ? Number.NaN : times.reduce((best, time) => (distance(time) < distance(best) ? time : best))
}

function offsetMs(zone: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(zone) ?? []
  return sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
}

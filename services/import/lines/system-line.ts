// Pure: finds when a line of a node's own log was written, and by which unit, in the formats of kubelet, containerd and
// syslog. klog and RFC 3164 have no year: it is the year of the file's last change, or the one before where that is
// later.
import { canonicalTime, timeOfMs } from './rfc3339.ts'

export interface SystemLine {
  /** RFC 3339, UTC, nine digits; undefined where the line has no readable time. */
  time: string | undefined
  /** The unit of a syslog line: `kernel`, `kubelet.service`. */
  unit: string | undefined
  /** Where the program's text begins: behind a syslog header, else 0. In bytes, which are characters of latin1. */
  textStart: number
}

const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const dayMs = 86_400_000

const klog = /^[IWEF](\d{2})(\d{2}) (\d{2}):(\d{2}):(\d{2})\.(\d{1,9})/
const logfmtTime = /(?:^|\s)(?:time|ts|t)="?([0-9T:.Z+-]{19,40})/
const jsonTime = /"(?:time|ts|timestamp|@timestamp)":"([0-9T:.Z+-]{19,40})"/
const rfc3164 = /^(?:<\d{1,3}>)?([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d{2}):(\d{2}):(\d{2}) (\S{1,255}) /
const rfc5424 = /^<\d{1,3}>1 (\S{1,40}) (\S{1,255}) (\S{1,48}) \S{1,128} \S{1,32} (?:-|\[[^\]]{0,2000}\]) ?/
const isoSyslog = /^(\d{4}-\d{2}-\d{2}T\S{8,32}) (\S{1,255}) /
const plainIso = /^(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})?)(?:\s|$)/
const tag = /^([A-Za-z0-9_./-]{1,64})(?:\[\d{1,10}\])?: ?/

/**
 * `head` is the line's first bytes as latin1. `syslog` says whether the file's lines have syslog headers. `mtimeMs`
 * gives the year.
 */
export function parseSystemLine(head: string, { syslog, mtimeMs }: { syslog: boolean; mtimeMs: number }): SystemLine {
  if (syslog) {
    const header = syslogHeader(head, mtimeMs)
    if (header !== undefined) return header
  }
  return { time: ownTime(head, mtimeMs), unit: undefined, textStart: 0 }
}

function syslogHeader(head: string, mtimeMs: number): SystemLine | undefined {
  const long = rfc5424.exec(head)
  if (long !== null) return { time: canonicalTime(long[1]!), unit: unitOf(long[3]!), textStart: long[0].length }
  const short = rfc3164.exec(head)
  const iso = short === null ? isoSyslog.exec(head) : null
  const header = short ?? iso
  if (header === null) return undefined
  const time =
    short === null
      ? canonicalTime(header[1]!)
      : withYear(monthNames.indexOf(short[1]!), short[2]!, [short[3]!, short[4]!, short[5]!], '', mtimeMs)
  if (time === undefined) return undefined
  const program = tag.exec(head.slice(header[0].length))
  return {
    time,
    unit: program === null ? undefined : unitOf(program[1]!),
    textStart: header[0].length + (program?.[0].length ?? 0),
  }
}

function ownTime(head: string, mtimeMs: number): string | undefined {
  const k = klog.exec(head)
  if (k !== null) return withYear(Number(k[1]) - 1, k[2]!, [k[3]!, k[4]!, k[5]!], k[6]!, mtimeMs)
  const text = plainIso.exec(head)?.[1] ?? logfmtTime.exec(head)?.[1] ?? jsonTime.exec(head)?.[1]
  return text === undefined ? undefined : canonicalTime(text)
}

function withYear(
  month: number,
  day: string,
  clock: readonly string[],
  fraction: string,
  mtimeMs: number,
): string | undefined {
  if (month < 0 || month > 11) return undefined
  const at = (year: number) => Date.UTC(year, month, Number(day), Number(clock[0]), Number(clock[1]), Number(clock[2]))
  const year = new Date(mtimeMs).getUTCFullYear()
  // One day of tolerance, since these formats have the node's local time.
  return timeOfMs(at(year) > mtimeMs + dayMs ? at(year - 1) : at(year), fraction)
}

function unitOf(program: string): string {
  const name = program.slice(program.lastIndexOf('/') + 1)
  return name === 'kernel' || name.includes('.') ? name : `${name}.service`
}

// 2006-01-02T15:04:05.000Z07:00
// Times by layouts of Go, which write the moment Mon Jan 2 15:04:05 MST 2006: https://pkg.go.dev/time#Layout
import { TemplateError, type TemplateTime } from './template-value.ts'

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October']
months.push('November', 'December')
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

const part =
  /January|Jan|Monday|Mon|MST|2006|Z07:00|Z0700|Z07|-07:00|-0700|-07|002|01|02|03|04|05|06|15|__2|_2|[.,]0+(?!\d)|[.,]9+(?!\d)|PM|pm|1|2|3|4|5/g

interface Parts {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
  weekday: number
  ns: bigint
  offsetMinutes: number
  zone: string
}

const second = 1_000_000_000n

function partsOf({ tsNs, zone }: TemplateTime): Parts {
  const ns = ((tsNs % second) + second) % second
  const ms = Number((tsNs - ns) / 1_000_000n)
  const offsetMinutes = offsetAt(ms, zone)
  const date = new Date(ms + offsetMinutes * 60_000)
  if (Number.isNaN(date.getTime())) throw new TemplateError('a time is out of range')
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth(),
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    weekday: date.getUTCDay(),
    ns,
    offsetMinutes,
    zone,
  }
}

const zones = new Map<string, Intl.DateTimeFormat | undefined>()

/** Whether there is a zone of this name. */
export const isZone = (zone: string): boolean => zone === 'UTC' || formatOf(zone) !== undefined

function formatOf(zone: string): Intl.DateTimeFormat | undefined {
  if (!zones.has(zone)) {
    if (zones.size >= 100) zones.clear()
    try {
      zones.set(zone, new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }))
    } catch {
      zones.set(zone, undefined)
    }
  }
  return zones.get(zone)
}

function offsetAt(ms: number, zone: string): number {
  if (zone === 'UTC' || zone === 'Local') return 0
  const name = formatOf(zone)
    ?.formatToParts(ms)
    .find(({ type }) => type === 'timeZoneName')?.value
  const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)/.exec(name ?? '') ?? []
  return sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}

const two = (value: number): string => String(value).padStart(2, '0')

export function formatTime(layout: string, time: TemplateTime): string {
  const parts = partsOf(time)
  return layout.replaceAll(part, (code) => formatted(code, parts))
}

function formatted(code: string, at: Parts): string {
  const hour12 = at.hour % 12 === 0 ? 12 : at.hour % 12
  switch (code) {
    case 'January':
      return months[at.month]!
    case 'Jan':
      return months[at.month]!.slice(0, 3)
    case 'Monday':
      return days[at.weekday]!
    case 'Mon':
      return days[at.weekday]!.slice(0, 3)
    case 'MST':
      return at.offsetMinutes === 0 ? 'UTC' : offsetText(at.offsetMinutes, '')
    case '2006':
      return String(at.year).padStart(4, '0')
    case '06':
      return two(at.year % 100)
    case '01':
      return two(at.month + 1)
    case '1':
      return String(at.month + 1)
    case '02':
      return two(at.day)
    case '_2':
      return String(at.day).padStart(2)
    case '2':
      return String(at.day)
    case '002':
    case '__2':
      return dayOfYear(at).padStart(3, code === '002' ? '0' : ' ')
    case '15':
      return two(at.hour)
    case '03':
      return two(hour12)
    case '3':
      return String(hour12)
    case '04':
      return two(at.minute)
    case '4':
      return String(at.minute)
    case '05':
      return two(at.second)
    case '5':
      return String(at.second)
    case 'PM':
      return at.hour >= 12 ? 'PM' : 'AM'
    case 'pm':
      return at.hour >= 12 ? 'pm' : 'am'
    default:
      return /^[.,]/.test(code) ? fraction(code, at.ns) : zoneText(code, at.offsetMinutes)
  }
}

const dayOfYear = ({ year, month, day }: Parts): string =>
  String((Date.UTC(year, month, day) - Date.UTC(year, 0, 0)) / 86_400_000)

function fraction(code: string, ns: bigint): string {
  const digits = String(ns)
    .padStart(9, '0')
    .slice(0, code.length - 1)
  if (code[1] === '0') return code[0] + digits
  const short = digits.replace(/0+$/, '')
  return short === '' ? '' : code[0] + short
}

function offsetText(minutes: number, colon: string): string {
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${two(Math.trunc(size / 60))}${colon}${two(size % 60)}`
}

function zoneText(code: string, minutes: number): string {
  if (code.startsWith('Z') && minutes === 0) return 'Z'
  if (code.endsWith('07:00')) return offsetText(minutes, ':')
  return code.endsWith('0700') ? offsetText(minutes, '') : offsetText(minutes, '').slice(0, 3)
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`)

const readers: Readonly<Record<string, string>> = {
  January: `(?<month>${months.join('|')})`,
  Jan: `(?<month>${months.map((name) => name.slice(0, 3)).join('|')})`,
  Monday: `(?:${days.join('|')})`,
  Mon: `(?:${days.map((name) => name.slice(0, 3)).join('|')})`,
  MST: '(?<name>[A-Z]{3,4})',
  '2006': String.raw`(?<year>\d{4})`,
  '06': String.raw`(?<short>\d{2})`,
  '01': String.raw`(?<number>\d{2})`,
  '1': String.raw`(?<number>\d{1,2})`,
  '02': String.raw`(?<day>\d{2})`,
  _2: String.raw`(?<day>[ \d]?\d)`,
  '2': String.raw`(?<day>\d{1,2})`,
  '15': String.raw`(?<hour>\d{1,2})`,
  '03': String.raw`(?<hour12>\d{2})`,
  '3': String.raw`(?<hour12>\d{1,2})`,
  '04': String.raw`(?<minute>\d{2})`,
  '4': String.raw`(?<minute>\d{1,2})`,
  '05': String.raw`(?<second>\d{2})(?<part>[.,]\d{1,9})?`,
  '5': String.raw`(?<second>\d{1,2})(?<part>[.,]\d{1,9})?`,
  PM: '(?<half>AM|PM)',
  pm: '(?<half>am|pm)',
}

/** Undefined where the text is not of the layout. */
export function parseTime(layout: string, zone: string, text: string): TemplateTime | undefined {
  const used = new Set<string>()
  let pattern = ''
  let end = 0
  // The fraction is read with the seconds.
  for (const match of layout.matchAll(part)) {
    pattern += escaped(layout.slice(end, match.index))
    end = match.index + match[0].length
    const reader = /^[.,]/.test(match[0]) ? '' : (readers[match[0]] ?? String.raw`(?<zone>Z|[+-]\d{2}:?(?:\d{2})?)`)
    const names = [...reader.matchAll(/\?<(\w+)>/g)].map(([, name]) => name!)
    if (names.some((name) => used.has(name))) return undefined
    for (const name of names) used.add(name)
    pattern += reader
  }
  const groups = new RegExp(`^${pattern}${escaped(layout.slice(end))}$`).exec(text)?.groups
  return groups === undefined ? undefined : timeOf(groups, zone)
}

type Groups = Readonly<Record<string, string | undefined>>

function timeOf(groups: Groups, zone: string): TemplateTime | undefined {
  const month =
    groups.month === undefined
      ? Number(groups.number ?? 1) - 1
      : months.findIndex((name) => name.startsWith(groups.month!))
  const short = Number(groups.short)
  const year =
    groups.year !== undefined
      ? Number(groups.year)
      : groups.short !== undefined
        ? short + (short >= 69 ? 1900 : 2000)
        : 0
  const half = groups.half?.toLowerCase()
  const hour =
    groups.hour12 === undefined ? Number(groups.hour ?? 0) : (Number(groups.hour12) % 12) + (half === 'pm' ? 12 : 0)
  const day = Number(groups.day ?? 1)
  const [minute, seconds] = [Number(groups.minute ?? 0), Number(groups.second ?? 0)]
  if (month > 11 || month < 0 || day < 1 || day > 31 || hour > 23 || minute > 59 || seconds > 59) return undefined
  const date = new Date(0)
  date.setUTCFullYear(year, month, day)
  date.setUTCHours(hour, minute, seconds)
  if (date.getUTCDate() !== day) return undefined
  const ms = date.getTime()
  const ns = BigInt((groups.part ?? '.').slice(1).padEnd(9, '0'))
  const offset = groups.zone === undefined ? offsetAt(ms, zone) : offsetOf(groups.zone)
  return { tsNs: BigInt(ms - offset * 60_000) * 1_000_000n + ns, zone: groups.zone === undefined ? zone : 'UTC' }
}

function offsetOf(text: string): number {
  if (text === 'Z') return 0
  const [, sign, hours, minutes = '0'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(text)!
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}

// One syslog message: RFC 5424, RFC 3164 as it is found, rsyslog's forward format, a JSON object by itself, or bare text.
// https://www.rfc-editor.org/rfc/rfc5424#section-6 and https://www.rfc-editor.org/rfc/rfc3164#section-4
import { readBsdTime } from './syslog-time.ts'

export interface SyslogMessage {
  /** 0 to 191: eight times the facility, and the severity. Undefined where none is said. */
  priority: number | undefined
  /** RFC 3339, where one is said. */
  time: string | undefined
  host: string
  app: string
  processId: string
  messageId: string
  /** Elements of the structured data: id, name and value of each parameter. */
  data: (readonly [id: string, name: string, value: string])[]
  text: string
}

const newHeader = /<(\d{1,3})>[1-9]\d{0,2} ([^ ]+) ([^ ]+) ([^ ]+) ([^ ]+) ([^ ]+) /y

export function parseSyslog(text: string, receivedMs: number): SyslogMessage {
  const message: SyslogMessage = {
    priority: undefined,
    time: undefined,
    host: '',
    app: '',
    processId: '',
    messageId: '',
    data: [],
    text,
  }
  newHeader.lastIndex = 0
  const match = newHeader.exec(text)
  if (match !== null && readPriority(message, match[1]!)) readNew(message, match, newHeader.lastIndex)
  else readOld(message, receivedMs)
  return message
}

function readPriority(message: SyslogMessage, digits: string): boolean {
  const priority = Number(digits)
  if (priority > 191) return false
  message.priority = priority
  return true
}

const nil = (value: string): string => (value === '-' ? '' : value)

function readNew(message: SyslogMessage, [, , time, host, app, procId, msgId]: RegExpExecArray, pos: number): void {
  const { text } = message
  message.time = nil(time!) === '' ? undefined : time!
  message.host = nil(host!)
  message.app = nil(app!)
  message.processId = nil(procId!)
  message.messageId = nil(msgId!)
  const end = readData(message, pos)
  message.text = withoutMark(text.slice(text[end] === ' ' ? end + 1 : end))
}

/** In a body that is not UTF-8, each byte is a character. */
const withoutMark = (text: string): string => text.replace(/^(?:\ufeff|\u00ef\u00bb\u00bf)/, '')

/** Reads the structured data, and returns where it ends. What is broken in it belongs to the text. */
function readData(message: SyslogMessage, pos: number): number {
  const { text } = message
  if (text[pos] === '-') return pos + 1
  while (text[pos] === '[') {
    const end = readElement(message, pos)
    if (end < 0) return pos
    pos = end
  }
  return pos
}

const elementId = /\[([^ =\]"]{1,255})/y
const parameterName = / +([^ =\]"]{1,255})="/y
/** Of one message so many parameters are read. */
const parametersMax = 2000

/** Returns where the element ends, or -1 where it is broken. */
function readElement({ text, data }: SyslogMessage, start: number): number {
  elementId.lastIndex = start
  const id = elementId.exec(text)?.[1]
  if (id === undefined) return -1
  const before = data.length
  let pos = elementId.lastIndex
  for (;;) {
    if (text[pos] === ']') return pos + 1
    parameterName.lastIndex = pos
    const name = parameterName.exec(text)?.[1]
    const stop = name === undefined ? -1 : endOfValue(text, parameterName.lastIndex)
    if (name === undefined || stop < 0 || data.length === parametersMax) {
      data.length = before
      return -1
    }
    const value = text.slice(parameterName.lastIndex, stop)
    data.push([id, name, value.includes('\\') ? value.replaceAll(/\\(["\\\]])/g, '$1') : value])
    pos = stop + 1
  }
}

function endOfValue(text: string, pos: number): number {
  for (let quote = text.indexOf('"', pos); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0
    while (text[quote - 1 - slashes] === '\\' && quote - 1 - slashes >= pos) slashes++
    if (slashes % 2 === 0) return quote
  }
  return -1
}

const oldPriority = /<(\d{1,3})>/y
/** A host is followed by a tag. `tag:` and `tag[1]:` are none. */
const hostName = /([^ \t\n[\]]*[^ \t\n[\]:]) /y
const tagOf = /([^ \t\n:[\]]{1,255})(?:\[([^ \t\n\]]{0,255})\](?:: ?| |$)|: ?)/y

function readOld(message: SyslogMessage, receivedMs: number): void {
  const { text } = message
  oldPriority.lastIndex = 0
  const match = oldPriority.exec(text)
  if (match === null || !readPriority(message, match[1]!)) return
  const time = readBsdTime(text, oldPriority.lastIndex, receivedMs)
  if (time === undefined) {
    message.text = text.slice(oldPriority.lastIndex)
    return readTag(message, 0)
  }
  message.time = time.time
  hostName.lastIndex = time.end
  const host = hostName.exec(text)?.[1]
  if (host !== undefined) message.host = host
  readTag(message, host === undefined ? time.end : hostName.lastIndex)
}

/** A message without a time has a tag only where it is one beyond doubt: with a process id. */
function readTag(message: SyslogMessage, pos: number): void {
  const { text } = message
  tagOf.lastIndex = pos
  const match = tagOf.exec(text)
  if (match === null || (message.time === undefined && match[2] === undefined)) {
    message.text = text.slice(pos)
    return
  }
  message.app = match[1]!
  message.processId = match[2] ?? ''
  message.text = text.slice(tagOf.lastIndex)
}

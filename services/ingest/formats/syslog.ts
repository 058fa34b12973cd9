// Syslog messages as native records: counted ones (RFC 6587) or one per line. A payload `@cee:{…}` and a message that is
// a JSON object have fields by the names of agent-fields.ts, as those of rsyslog's mmkubernetes.
import { AfterlogError } from '#shared/errors.ts'
import { fieldsByName } from './agent-fields.ts'
import { AgentRecord } from './agent-record.ts'
import { encodingOf, objectOf } from './json-records.ts'
import { NativeLines, type Translate } from './native-lines.ts'
import { isCounted, readCount, textEnd } from './syslog-frames.ts'
import { parseSyslog, type SyslogMessage } from './syslog-message.ts'
import { SyslogSeverity } from './syslog-severity.ts'

export const syslogMessages: Translate = (body, { receivedMs, peer = '' }) => {
  const encoding = encodingOf(body)
  const lines = new NativeLines(2 * body.length, encoding)
  const record = new AgentRecord()
  const severity = new SyslogSeverity()
  for (const [start, stop] of messagesOf(body)) {
    const message = parseSyslog(body.toString(encoding, start, stop), receivedMs)
    record.reset()
    addPayload(record, message, encoding)
    addHeader(record, message, peer)
    // A raw line has a time and a severity of its own.
    if (!record.has('cri')) addLine(record, message, receivedMs, severity)
    record.writeTo(lines)
  }
  return lines
}

function addLine(record: AgentRecord, message: SyslogMessage, receivedMs: number, severity: SyslogSeverity): void {
  const { priority, time, text } = message
  if (!record.has('message')) record.set('message', text)
  if (!record.has('time')) record.set('time', time ?? new Date(receivedMs).toISOString())
  if (priority !== undefined && !record.has('severity')) record.set('severity', severity.of(priority % 8, text))
}

/** Yields where each message begins and ends. Throws AfterlogError `invalid-body` for what is no syslog. */
function* messagesOf(body: Buffer): Generator<readonly [start: number, stop: number]> {
  for (let pos = 0; pos < body.length;) {
    const byte = body[pos]
    if (byte === 0x0a || byte === 0x00 || byte === 0x0d) {
      pos++
      continue
    }
    let [start, stop] = [pos, body.indexOf(0x0a, pos)]
    if (isCounted(byte)) {
      const count = readCount(body, pos)
      ;[start, stop] = [count.start, count.start + count.length]
      if (count.length < 0 || stop > body.length) throw notSyslog(pos, 'a count of bytes, and so many behind it')
    } else if (stop < 0) stop = body.length
    if (pos === 0 && start === 0 && !/^(?:<\d{1,3}>|\{)/.test(body.toString('latin1', 0, 5)))
      throw notSyslog(0, '<priority>, the count of the bytes, or a JSON object')
    pos = stop
    const end = textEnd(body, start, stop, !isCounted(byte))
    if (end > start) yield [start, end]
  }
}

const notSyslog = (position: number, expected: string): AfterlogError =>
  new AfterlogError('invalid-body', `the body is not syslog: expected ${expected}, at byte ${position}`, { position })

function addPayload(record: AgentRecord, message: SyslogMessage, encoding: 'utf8' | 'latin1'): void {
  const { text, priority } = message
  const [cookie = ''] = /^ ?@cee: */.exec(text) ?? []
  const json = cookie !== '' || priority === undefined ? text.slice(cookie.length) : ''
  const fields = json.startsWith('{') ? objectOf(Buffer.from(json, encoding), encoding) : undefined
  if (fields !== undefined) {
    record.source = 'text'
    record.addAll(fields)
    record.source = 'record'
    message.text = json
  }
}

const facilities =
  'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp audit alert clock local0 local1 local2 local3 local4 local5 local6 local7'.split(
    ' ',
  )
/** Severities that are one with another as the severity of a line. */
const severityNames: Readonly<Record<number, string>> = { 0: 'emerg', 1: 'alert', 2: 'crit', 5: 'notice' }

/** @param peer Who sent it, for a message that does not say where it is from. */
function addHeader(record: AgentRecord, message: SyslogMessage, peer: string): void {
  const { priority, host, app, processId, messageId, data } = message
  const isOfPeer = host === '' && !record.has('host') && !record.has('pod') && !record.has('path')
  record.add('hostname', orUndefined(isOfPeer ? peer : host))
  record.add('syslog.appname', app === '' && priority !== undefined && priority < 8 ? 'kernel' : orUndefined(app))
  record.add('syslog.procid', orUndefined(processId))
  record.add('syslog.msgid', orUndefined(messageId))
  if (priority !== undefined) {
    record.add('syslog.facility', facilities[priority >> 3])
    record.add('syslog.severity', severityNames[priority % 8])
  }
  for (const [id, name, value] of data) {
    const plain = `${id.replace(/@.*$/, '')}.${name}`
    record.add(fieldsByName.has(plain) ? plain : `${id}.${name}`, value)
  }
}

const orUndefined = (text: string): string | undefined => (text === '' ? undefined : text)

// Entries of the journal in its export format, as systemd-journal-upload and `journalctl -o export` write it, as native
// records. https://systemd.io/JOURNAL_EXPORT_FORMATS/ and https://www.freedesktop.org/software/systemd/man/latest/systemd.journal-fields.html
import { isUtf8 } from 'node:buffer'
import { AfterlogError } from '#shared/errors.ts'
import { AgentRecord } from './agent-record.ts'
import { leftOutField } from './journal-stream.ts'
import { NativeLines, type Translate } from './native-lines.ts'
import { SyslogSeverity } from './syslog-severity.ts'

export const journalEntries: Translate = (body, { receivedMs, firstRecord }) => {
  const lines = new NativeLines(body.length * 2)
  const entry = new JournalEntry()
  // Only of a body that comes in pieces: its entries are told apart by their place in the whole.
  let index = firstRecord
  let isOpen = false
  for (let pos = 0; pos < body.length;) {
    const newline = endOf(body, pos)
    if (newline > pos) {
      pos = entry.field(body, pos, newline)
      isOpen = true
      continue
    }
    if (isOpen) entry.writeTo(lines, index, receivedMs)
    if (isOpen && index !== undefined) index++
    isOpen = false
    pos = newline + 1
  }
  if (isOpen) entry.writeTo(lines, index, receivedMs)
  return lines
}

function endOf(body: Buffer, pos: number): number {
  const newline = body.indexOf(0x0a, pos)
  if (newline < 0) throw broken(pos, 'the body is cut short')
  return newline
}

const broken = (position: number, detail: string): AfterlogError =>
  new AfterlogError('invalid-body', `the body is not in the journal's export format: ${detail} at byte ${position}`, {
    position,
  })

/** Fields that tell whose line it is, and when and how it was written. */
interface Known {
  cursor?: string
  number?: string
  micros?: string
  priority?: string
  /** The unit that a message of systemd itself is about. */
  aboutUnit?: string
  unit?: string
  command?: string
  transport?: string
  containerName?: string
  containerId?: string
  isPartial?: string
  /** Says no more than the number. */
  numberSeries?: string
}

const known: ReadonlyMap<string, keyof Known> = new Map(
  Object.entries({
    __CURSOR: 'cursor',
    __SEQNUM: 'number',
    __SEQNUM_ID: 'numberSeries',
    __REALTIME_TIMESTAMP: 'micros',
    PRIORITY: 'priority',
    UNIT: 'aboutUnit',
    _SYSTEMD_UNIT: 'unit',
    _COMM: 'command',
    _TRANSPORT: 'transport',
    CONTAINER_NAME: 'containerName',
    CONTAINER_ID_FULL: 'containerId',
    CONTAINER_PARTIAL_MESSAGE: 'isPartial',
  } as const),
)

class JournalEntry {
  private readonly record = new AgentRecord()
  private readonly severity = new SyslogSeverity()
  private of: Known = {}
  private message: string | Buffer = ''

  /** Reads the field whose name begins at `pos`, in a line that ends at `newline`. Returns where it ends. */
  field(body: Buffer, pos: number, newline: number): number {
    let equals = pos
    while (equals < newline && body[equals] !== 0x3d) equals++
    if (equals < newline) {
      this.add(body, pos, equals, body.subarray(equals + 1, newline))
      return newline + 1
    }
    const start = newline + 9
    const size = start <= body.length ? Number(body.readBigUInt64LE(newline + 1)) : Infinity
    if (start + size >= body.length) throw broken(pos, 'the body is cut short')
    if (body[start + size] !== 0x0a) throw broken(start + size, 'expected a newline behind a binary field')
    this.add(body, pos, newline, body.subarray(start, start + size))
    return start + size + 1
  }

  private add(body: Buffer, start: number, stop: number, value: Buffer): void {
    if (start === stop) throw broken(start, 'expected the name of a field')
    const name = body.toString('latin1', start, stop)
    const field = known.get(name)
    if (name === 'MESSAGE') this.message = isUtf8(value) ? value.toString() : value
    else if (field !== undefined) this.of[field] = value.toString()
    else this.record.add(name === leftOutField ? 'afterlog.cut' : name, value.toString())
  }

  /** @param index The number of the entry in its post; undefined where the decoder tells entries apart. */
  writeTo(lines: NativeLines, index: number | undefined, receivedMs: number): void {
    const { record, of, message } = this
    record.set('time', timeOf(of.micros, receivedMs))
    record.set('message', message)
    const ordinal = ordinalOf(of) ?? index?.toString()
    if (ordinal !== undefined) record.set('ordinal', ordinal)
    if (isOfEngine(of)) this.addContainer()
    else this.addUnit()
    record.add('_COMM', of.command)
    record.add('_TRANSPORT', of.transport)
    record.writeTo(lines)
    record.reset()
    this.of = {}
    this.message = ''
  }

  /** What systemd itself says of a unit counts as the unit's, as `journalctl -u` has it. */
  private addUnit(): void {
    const { record, of } = this
    const own = of.unit === 'init.scope' ? undefined : of.unit
    const about = own === undefined && isOfSystemd(of) ? of.aboutUnit : undefined
    const unit = own ?? about ?? of.unit
    if (unit !== undefined) record.set('unit', unit)
    else if (!record.has('service')) record.add('unit', of.command ?? of.transport)
    if (of.aboutUnit !== unit) record.add('UNIT', of.aboutUnit)
    record.add('_SYSTEMD_UNIT', of.unit)
    const level = /^[0-7]$/.test(of.priority ?? '') ? Number(of.priority) : undefined
    if (level !== undefined) record.set('severity', this.severity.of(level, this.message))
    else record.add('PRIORITY', of.priority)
    record.source = 'text'
    record.add('CONTAINER_NAME', of.containerName)
    record.add('CONTAINER_ID_FULL', of.containerId)
    record.source = 'record'
  }

  /** A line of a container, by the driver `journald` of Docker and Podman, whose priorities only name the stream. */
  private addContainer(): void {
    const { record, of } = this
    const name = of.containerName ?? of.containerId!
    // https://github.com/Mirantis/cri-dockerd/blob/master/core/naming.go
    const [, container, pod, namespace, podUid, restart] =
      /^k8s_([^_]+)_([^_]+)_([^_]+)_([^_]+)_(\d+)$/.exec(name) ?? []
    if (pod === undefined) record.set('unit', name)
    else {
      record.set('container', container!)
      record.set('pod', pod)
      record.set('namespace', namespace!)
      record.set('podUid', podUid!)
      record.set('restart', restart!)
    }
    if (of.containerId !== undefined) record.set('containerId', of.containerId)
    if (of.priority === '3' || of.priority === '6') record.set('stream', of.priority === '3' ? 'stderr' : 'stdout')
    else record.add('PRIORITY', of.priority)
    if (of.isPartial === 'true') record.set('logtag', 'P')
    record.add('UNIT', of.aboutUnit)
    record.add('_SYSTEMD_UNIT', of.unit)
  }
}

/**
 * Any program may give its entries fields, but those with an underscore in front, which journald adds itself: they say
 * whether the engine of containers wrote what names a container, and systemd what names a unit.
 */
const isOfEngine = ({ containerName, containerId, command, unit }: Known): boolean =>
  (containerName !== undefined || containerId !== undefined) &&
  (command === undefined || /^(?:dockerd|conmon|podman|balena.*)$/.test(command)) &&
  (unit === undefined || !/^(?:cri-containerd|crio|docker|libpod)-[\da-f]+\.scope$/.test(unit))

const isOfSystemd = ({ unit, command }: Known): boolean =>
  unit === 'init.scope' || command === undefined || command === 'systemd'

/** The number that journald gave the entry: entries that come again are the same lines. */
function ordinalOf({ cursor = '', number }: Known): string | undefined {
  const [, hex] = /(?:^|;)i=([0-9a-f]{1,16})(?:;|$)/.exec(cursor) ?? []
  if (hex !== undefined) return String(BigInt.asUintN(ordinalBits, BigInt(`0x${hex}`)))
  return number !== undefined && /^\d{1,15}$/.test(number) ? number : undefined
}

const ordinalBits = 53

/** @param micros µs since 1970. */
function timeOf(micros: string | undefined, receivedMs: number): string {
  if (micros === undefined) return new Date(receivedMs).toISOString()
  if (!/^\d{1,16}$/.test(micros)) return micros
  const time = Number(micros)
  const seconds = new Date(Math.floor(time / 1000)).toISOString().slice(0, 19)
  return `${seconds}.${String(time % 1_000_000).padStart(6, '0')}Z`
}

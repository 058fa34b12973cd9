// Random lives and what an agent makes of them: a log over some files, and an agent that loses pieces, sends twice,
// restarts, sends out of order, or leaves out what a seal needs. `lost` says what never came, which the seal must not
// contradict.
import { compare } from '#shared/compare.ts'
import type { LifeEnd, SealEvidence } from '#shared/pod-model/seal/evidence.ts'
import type { Stretch } from '#shared/pod-model/rows.ts'
import { timeOf, type LogRecord } from './container-log.ts'

export interface Run {
  /** Of the whole life, by file. */
  files: LogRecord[][]
  /** What came, in the order in which it came. */
  batches: LogRecord[][]
  end: LifeEnd
  /** The agent tells all that the record format has for seals. */
  thorough: boolean
  /** Its offsets are those of the file. One that says 0 of all lines cannot know where a file ends either. */
  truthful: boolean
}

/** mulberry32. */
export function randomFrom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

export function randomRun(seed: number, podUid: string, startMs: number): Run {
  const random = randomFrom(seed)
  const below = (n: number): number => Math.floor(random() * n)
  const oneOf = <T>(...values: readonly T[]): T => values[below(values.length)]!
  const path = `/var/log/pods/shop_cart_${podUid}/app/0.log`
  // Lines of one length meet by accident where lines of many do not.
  const padding = oneOf(() => 0, () => below(40)) // prettier-ignore
  let clock = startMs
  let written = 0
  const files = Array.from({ length: 1 + below(4) }, (_, index) => {
    let offset = 0
    const inode = `inode-${index}-of-${podUid}`
    return Array.from({ length: 1 + below(12) }, () => {
      clock += oneOf(0, 1, 1000, 3000) - (below(30) === 0 ? 5000 : 0)
      const cri = `${timeOf(clock)} ${oneOf('stdout', 'stderr')} F line ${String(written++).padStart(3, '0')}${'x'.repeat(padding())}`
      const length = Buffer.byteLength(cri) + 1
      const line: LogRecord = { path, cri, offset, length, file: inode }
      offset += length
      return line
    })
  })
  const lost = new Set<LogRecord>()
  if (random() < 0.6) {
    const all = files.flat()
    for (let pieces = 1 + below(3); pieces > 0; pieces--) {
      const from = below(all.length)
      for (const line of all.slice(from, from + 1 + below(oneOf(1, 3, 15)))) lost.add(line)
    }
  }
  const came = files.map((file) => file.filter((line) => !lost.has(line)))
  const sloppy = random() < 0.25 ? oneOf('offset', 'length', 'file', 'zero') : undefined
  const tellsEnds = random() < 0.8 && sloppy !== 'zero'
  const sent = came.flatMap((file, index) => {
    const neighbours = [came[index - 1], came[index + 1]].every((other) => other === undefined || other.length > 0)
    const last = files[index]!.at(-1)!
    return file.map((line) => (tellsEnds && neighbours && line === last ? { ...line, eof: true } : line))
  })
  const cut: LogRecord[][] = []
  for (let from = 0; from < sent.length;) {
    const to = from + 1 + below(8)
    // A restarted agent goes on from its last checkpoint.
    cut.push(sent.slice(Math.max(0, from - (below(4) === 0 ? below(6) : 0)), to))
    from = to
  }
  const batches = [...cut, ...cut.filter(() => below(5) === 0)]
  if (random() < 0.3) batches.sort(() => random() - 0.5)
  return {
    files,
    batches: batches.map((batch) => batch.map((line) => sloppily(line, sloppy))),
    end: random() < 0.8 ? 'ended' : oneOf('running', 'vanished', 'unknown'),
    thorough: sloppy === undefined && tellsEnds,
    truthful: sloppy !== 'zero',
  }
}

function sloppily(line: LogRecord, how: 'offset' | 'length' | 'file' | 'zero' | undefined): LogRecord {
  const { offset, length, file, ...rest } = line
  if (how === undefined) return line
  if (how === 'zero') return { ...line, offset: 0 }
  return {
    ...rest,
    ...(how === 'offset' ? {} : { offset: offset! }),
    ...(how === 'length' ? {} : { length: length! }),
    ...(how === 'file' ? {} : { file: file! }),
  }
}

/**
 * What the engine would say of these records: the same as plan/stretches.ts, line by line. A line that was sent again
 * is what came last; a record without a length has none here.
 */
export function evidenceOfRecords(batches: readonly (readonly LogRecord[])[], end: LifeEnd): SealEvidence {
  const lines = new Map(batches.flat().map((line) => [`${line.cri} ${line.offset ?? -1}`, line]))
  const times = [...lines.values()].map(timeOfLine).toSorted()
  const files = Map.groupBy(lines.values(), ({ file, offset }) => `${file ?? ''} ${offset === undefined}`)
  return {
    lines: lines.size,
    stretches: [...files.values()].flatMap(stretchesOf),
    losses: [],
    end,
    startedAt: null,
    firstLine: times[0] ?? null,
    lastLine: times.at(-1) ?? null,
  }
}

const timeOfLine = ({ cri }: LogRecord): string => cri.slice(0, 30)

/** A line as bytes of its file. */
interface Bytes {
  from: number
  to: number
  at: string
  ends: boolean
  measured: boolean
  /** Starts where the one before does, or within one before. */
  again: boolean
  overlaps: boolean
}

function stretchesOf(lines: readonly LogRecord[]): Stretch[] {
  const stretches: Bytes[][] = []
  const placed = lines.map((line) => ({ from: line.offset ?? -1, at: timeOfLine(line), length: line.length ?? -1, line }))
  let covered = -Infinity
  let before: Bytes | undefined
  for (const { from, at, length, line } of placed.toSorted(
    (a, b) => a.from - b.from || compare(a.at, b.at) || a.length - b.length,
  )) {
    const again = before?.from === from
    const overlaps = before !== undefined && !again && from < covered
    const bytes = { from, to: from + Math.max(length, 0), at, ends: line.eof === true, measured: length >= 0, again, overlaps }
    if (before === undefined || (from > covered && before.measured)) stretches.push([])
    stretches.at(-1)!.push(bytes)
    covered = Math.max(covered, bytes.to)
    before = bytes
  }
  return stretches.map((bytes) => stretchOf(lines[0]!.file ?? '', bytes))
}

function stretchOf(file: string, lines: readonly Bytes[]): Stretch {
  const count = (is: (line: Bytes, index: number) => boolean): number => lines.filter(is).length
  const last = lines
    .toSorted((a, b) => a.to - b.to || a.from - b.from || Number(b.ends) - Number(a.ends) || compare(b.at, a.at))
    .at(-1)!
  return {
    file,
    from: lines[0]!.from,
    to: last.to,
    firstAt: lines[0]!.at,
    lastAt: last.at,
    earliest: lines.map(({ at }) => at).toSorted()[0]!,
    places: count(({ again }) => !again),
    ended: last.ends,
    endsInside: count(({ ends }) => ends) - Number(last.ends),
    unmeasured: count(({ measured }) => !measured),
    clashes: count(({ again }) => again),
    overlaps: count(({ overlaps }) => overlaps),
  }
}

// Pure: finds what is certainly missing from the files of a life, and doubts that prevent a statement. There is a hole
// where a line starts and the bytes that must stand before it are stored nowhere. Where numbers contradict each other,
// no hole is claimed.
import { compare } from '#shared/compare.ts'
import type { Hole, SealEvidence } from './evidence.ts'
import type { Stretch } from '#shared/pod-model/rows.ts'
import type { LogFile } from './files.ts'
import { withLosses } from './losses.ts'
import { stretchesMax } from '#shared/pod-model/rows.ts'

export type HoleEvidence = Pick<
  SealEvidence,
  'stretches' | 'heads' | 'losses' | 'firstLine' | 'startedAt' | 'expired' | 'lost'
>

export interface Holes {
  holes: Hole[]
  /** Why nothing is proven although no hole was found: words behind `unsealed: `. */
  doubts: string[]
}

const reasons = {
  head: 'lost before the agent read the log',
  rotation: 'lost at rotation',
  file: 'lost on the way',
} as const

/**
 * An agent that sends lengths of texts instead of lines makes a hole behind every line. With fewer lines, holes may be
 * real.
 */
const linesOfMisfit = 8

export function holesOf(files: readonly LogFile[], evidence: HoleEvidence): Holes {
  const { firstLine, startedAt, stretches, losses } = evidence
  if (evidence.lost === undefined && stretches.some(({ from }) => from < 0)) {
    const all = stretches.every(({ from }) => from < 0)
    return { holes: [], doubts: [all ? 'this agent sends no offsets' : 'some lines came without their offsets'] }
  }
  // Where the store lost lines, holes between the others are no loss of an agent.
  if (evidence.lost !== undefined) return { holes: [], doubts: [evidence.lost] }
  if (evidence.expired === true) return { holes: [], doubts: ['some of its lines have expired'] }
  const doubts = new Set<string>()
  const holes: Hole[] = []
  if (stretches.length >= stretchesMax) doubts.add('its files are in too many pieces')
  const isHeadless = lacksFirst(stretches, firstLine)
  if (isHeadless) doubts.add('its first lines are gone')
  const hasUnnamedFile = files.some(({ name }) => name === '')
  if (hasUnnamedFile) doubts.add(unnamedFileDoubt)
  if (hasUnnamedFile && files.length > 1) return { holes: [], doubts: [...doubts] }
  for (const [index, file] of files.entries()) {
    const doubt = contradiction(file)
    if (doubt !== undefined) {
      doubts.add(doubt)
      continue
    }
    const candidates = file.stretches.flatMap((next, at) => {
      const last = file.stretches[at - 1]
      if (last !== undefined) return [holeBetween(file, last, next)]
      return next.from === 0 || (isHeadless && index === 0) ? [] : [headHole(file, next, files[index - 1], startedAt)]
    })
    for (const hole of candidates) {
      if (isPlugged(files, file, hole)) doubts.add('a file seems to go on under another name')
      // One byte is the end of a line, or an empty line: agents strip the former and skip the latter.
      else if (hole.bytes === 1) doubts.add('single bytes between lines are not accounted for')
      else holes.push(withLosses(hole, losses))
    }
  }
  return {
    holes: holes.toSorted((a, b) => compare(a.behindAt, b.behindAt)),
    doubts: [...doubts],
  }
}

const unnamedFileDoubt = 'this agent does not name its files, so that a rotated one would not show'

/** Whether the line that was the first one once is no longer stored. */
function lacksFirst(stretches: readonly Stretch[], firstLine: string | null): boolean {
  return firstLine !== null && stretches.every(({ earliest }) => earliest > firstLine)
}

function contradiction({ stretches }: LogFile): string | undefined {
  const sum = (of: (stretch: Stretch) => number): number => stretches.reduce((total, stretch) => total + of(stretch), 0)
  if (sum(({ clashes }) => clashes) > 0)
    return stretches.length === 1 && stretches[0]!.places === 1
      ? 'this agent sends one offset for all lines'
      : 'different lines stand at one place of a file: it was truncated, or its name was used again'
  if (sum(({ unmeasured }) => unmeasured) > 0) return 'lines came without their lengths, or were cut'
  if (sum(({ overlaps }) => overlaps) > 0) return 'lines overlap in their file'
  if (sum(({ endsInside }) => endsInside) > 0 || stretches.slice(0, -1).some(({ ended }) => ended))
    return 'a line stands behind the one that was reported as the last of its file'
  const places = sum((stretch) => stretch.places)
  return places >= linesOfMisfit && stretches.length === places
    ? 'the lengths of lines do not fit their offsets'
    : undefined
}

/**
 * Whether the bytes of a hole may be stored under another name. An agent that gives a file a new name continues at the
 * same offset, and lines that it sends again count under the name that they had first.
 */
function isPlugged(files: readonly LogFile[], file: LogFile, hole: Hole): boolean {
  return files.some(
    (other) =>
      other !== file &&
      other.stretches.some(
        ({ to, ended, lastAt }) => to === hole.offset && !ended && (hole.where !== 'file' || lastAt <= hole.to),
      ),
  )
}

function headHole(
  { name: file }: LogFile,
  first: Stretch,
  before: LogFile | undefined,
  startedAt: string | null,
): Hole {
  const where = before === undefined ? 'head' : 'rotation'
  const from = before?.stretches.at(-1)!.lastAt ?? startedAt ?? first.firstAt
  return { ...between(from, first), bytes: first.from, reason: reasons[where], where, file }
}

function holeBetween({ name: file }: LogFile, last: Stretch, next: Stretch): Hole {
  return { ...between(last.lastAt, next), bytes: next.from - last.to, reason: reasons.file, where: 'file', file }
}

// Where a clock stepped back, the line behind has the earlier time.
function between(
  lastAt: string,
  { firstAt, from: offset }: Stretch,
): Pick<Hole, 'from' | 'to' | 'offset' | 'behindAt'> {
  const [from, to] = lastAt < firstAt ? [lastAt, firstAt] : [firstAt, lastAt]
  return { from, to, offset, behindAt: firstAt }
}

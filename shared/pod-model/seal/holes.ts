// Pure: what is certainly missing from the files of a life, and what keeps us from saying that nothing is. A hole is claimed where a line
// starts and what must stand before it is stored nowhere; where the numbers contradict each other, nothing is claimed.
import { compare } from '#shared/compare.ts'
import type { Hole, SealEvidence } from './evidence.ts'
import type { Stretch } from '#shared/pod-model/rows.ts'
import type { LogFile } from './files.ts'
import { explained } from './losses.ts'
import { stretchesMax } from '#shared/pod-model/rows.ts'

export type HoleEvidence = Pick<SealEvidence, 'stretches' | 'losses' | 'firstLine' | 'startedAt' | 'expired'>

export interface Holes {
  holes: Hole[]
  /** Why nothing is proven although nothing is seen to be missing: words that follow `unsealed: `. */
  doubts: string[]
}

const reasons = {
  head: 'lost before the agent read the log',
  rotation: 'lost at rotation',
  file: 'lost on the way',
} as const

/** Agents tell lengths of texts instead of lines: then a hole follows every line. Fewer lines than this may really be all that came. */
const linesOfMisfit = 8

export function holesOf(files: readonly LogFile[], evidence: HoleEvidence): Holes {
  const { firstLine, startedAt, stretches, losses } = evidence
  if (stretches.some(({ from }) => from < 0)) {
    const all = stretches.every(({ from }) => from < 0)
    return { holes: [], doubts: [all ? 'this agent sends no offsets' : 'some lines came without their offsets'] }
  }
  if (evidence.expired === true) return { holes: [], doubts: ['some of its lines have expired'] }
  const doubts = new Set<string>()
  const holes: Hole[] = []
  if (stretches.length >= stretchesMax) doubts.add('its files are in too many pieces')
  const expired = hasExpired(stretches, firstLine)
  if (expired) doubts.add('its first lines have expired')
  const nameless = files.some(({ name }) => name === '')
  if (nameless) doubts.add(namelessDoubt)
  if (nameless && files.length > 1) return { holes: [], doubts: [...doubts] }
  for (const [index, file] of files.entries()) {
    const doubt = contradiction(file)
    if (doubt !== undefined) {
      doubts.add(doubt)
      continue
    }
    const found = file.stretches.flatMap((next, at) => {
      const last = file.stretches[at - 1]
      if (last !== undefined) return [holeBetween(file, last, next)]
      return next.from === 0 || (expired && index === 0) ? [] : [headHole(file, next, files[index - 1], startedAt)]
    })
    for (const hole of found) {
      if (isPlugged(files, file, hole)) doubts.add('a file seems to go on under another name')
      // The end of a line or an empty one: agents strip and skip both.
      else if (hole.bytes === 1) doubts.add('single bytes between lines are not accounted for')
      else holes.push(explained(hole, losses))
    }
  }
  return {
    holes: holes.toSorted((a, b) => compare(a.behindAt, b.behindAt)),
    doubts: [...doubts],
  }
}

const namelessDoubt = 'this agent does not name its files, so that a rotated one would not show'

/** What was the first line once is stored no more. */
export function hasExpired(stretches: readonly Stretch[], firstLine: string | null): boolean {
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
  return places >= linesOfMisfit && stretches.length === places ? 'the lengths of lines do not fit their offsets' : undefined
}

/**
 * Whether the bytes of a hole may be those that are stored under another name: an agent that names a file anew goes on where it was, and
 * what it sent again counts under the name that came last.
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

function headHole({ name: file }: LogFile, first: Stretch, before: LogFile | undefined, startedAt: string | null): Hole {
  const where = before === undefined ? 'head' : 'rotation'
  const from = before?.stretches.at(-1)!.lastAt ?? startedAt ?? first.firstAt
  return { ...between(from, first), bytes: first.from, reason: reasons[where], where, file }
}

function holeBetween({ name: file }: LogFile, last: Stretch, next: Stretch): Hole {
  return { ...between(last.lastAt, next), bytes: next.from - last.to, reason: reasons.file, where: 'file', file }
}

// A clock that stepped back puts the line behind before the one in front.
function between(lastAt: string, { firstAt, from: offset }: Stretch): Pick<Hole, 'from' | 'to' | 'offset' | 'behindAt'> {
  const [from, to] = lastAt < firstAt ? [lastAt, firstAt] : [firstAt, lastAt]
  return { from, to, offset, behindAt: firstAt }
}

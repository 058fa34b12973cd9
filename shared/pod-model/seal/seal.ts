// Pure: the seal of one life. A proven hole outweighs a doubt, and only a life that is proven complete to its end is
// sealed: docs/decisions/0009-seals.md.
import type { StreamEnd, Stretch } from '#shared/pod-model/rows.ts'
import type { Hole, Seal, SealEvidence } from './evidence.ts'
import { filesOf, type LogFile } from './files.ts'
import { holesOf, type HoleEvidence } from './holes.ts'
import { deletedOnKafka, refusedOf, unnamedWords } from './losses.ts'
import { counted, gapsInWords } from './words.ts'

/** The most gaps that a seal lists. Its text counts all of them. */
const gapsMax = 100

export function sealOf(evidence: SealEvidence): Seal {
  const { lines, end } = evidence
  const seal = (state: Seal['state'], text: string, gaps: Seal['gaps'] = []): Seal => ({ state, lines, gaps, text })
  if (evidence.unchecked === true)
    return seal(
      'tail-unknown',
      evidence.end === 'running'
        ? 'tail unknown: still running; gaps are looked for once it has ended'
        : 'tail unknown: its lines are being counted; gaps are looked for meanwhile',
    )
  const refused = refusedWords(evidence)
  const andRefused = refused === undefined ? '' : `; ${refused}`
  if (evidence.stretches.length === 0) return seal('unsealed', `unsealed: ${noLines(evidence)}${andRefused}`)
  const files = filesOf(evidence)
  const { holes, doubts } = holesOf(files, evidence)
  const openEnds = files.slice(0, -1).filter(isOpen).length
  if (holes.length > 0) {
    const vanished = end === 'vanished' ? '; tail unknown: node vanished' : ''
    return seal('gap', `${gapsInWords(holes, evidence)}${andRefused}${vanished}`, holes.slice(0, gapsMax).map(gapOf))
  }
  const deleted = deletedOnKafka(evidence.firstLine, evidence.losses)
  const perhaps = deleted === undefined ? '' : `; lines may be lost ${deleted}`
  const so = `${counted(lines)}, none known to be missing`
  if (doubts.length > 0) return seal('unsealed', `unsealed: ${doubts[0]!}${andRefused}${perhaps}`)
  if (refused !== undefined) return seal('unsealed', `unsealed: ${refused}${perhaps}`)
  if (openEnds > 0)
    return seal('unsealed', `unsealed: no agent reported that a rotated file was read to its end; ${so}${perhaps}`)
  if (end === 'vanished') return seal('tail-unknown', 'tail unknown: node vanished')
  if (end === 'running')
    return seal(
      'tail-unknown',
      `tail unknown: still running, ${counted(lines)} so far, none known to be missing${perhaps}`,
    )
  if (isOpen(files.at(-1)!))
    return seal('tail-unknown', `tail unknown: no agent reported that its log was read to the end; ${so}${perhaps}`)
  if (evidence.byTime !== undefined && evidence.byTime > 0)
    return seal('unsealed', `unsealed: ${byTimeWords(evidence.byTime)}${perhaps}`)
  const cut = cutStream(files)
  if (cut !== undefined)
    return seal('unsealed', `unsealed: its last line of ${cut} is cut, since the end of it never came; ${so}${perhaps}`)
  return seal('sealed', `sealed: ${counted(lines)}, 0 missing`)
}

/** Whether lines of the life have expired, so that an earlier seal says more; not where the store has lost some. */
export const lacksLines = ({ unchecked, expired, lost }: SealEvidence): boolean =>
  unchecked !== true && expired === true && lost === undefined

const noLines = ({ firstLine, lost, expired }: SealEvidence): string =>
  firstLine === null
    ? 'no line of it came'
    : (lost ?? (expired === true ? 'its lines have expired' : 'its lines came with neither number nor container id'))

/** `20 lines of it are dead letters`, but for those inside holes, which name them; undefined where none may be. */
function refusedWords({ losses, storedPlaces = [] }: SealEvidence): string | undefined {
  const { lines, orMore } = refusedOf(losses, storedPlaces)
  if (lines === 0 && !orMore) return unnamedWords(losses)
  return `${counted(lines)}${orMore ? ' or more' : ''} of it ${lines === 1 && !orMore ? 'is a dead letter' : 'are dead letters'}`
}

const byTimeWords = (lines: number): string =>
  `${counted(lines)} came with neither restart number nor container id, and only ${lines === 1 ? 'its time places it' : 'their times place them'} here`

/** Returns what is certainly missing, each hole with the line behind it. */
export const holesIn = (evidence: HoleEvidence): Hole[] => holesOf(filesOf(evidence), evidence).holes

const isOpen = ({ stretches }: LogFile): boolean => !stretches.at(-1)!.ended

/** The stream whose last line is a fragment that no other one ends. */
function cutStream(files: readonly LogFile[]): 'stdout' | 'stderr' | undefined {
  const isCut = (endOf: (stretch: Stretch) => StreamEnd | undefined): boolean => {
    const ends = files.flatMap(({ stretches }) => stretches.map(endOf))
    return ends.findLast((end) => end !== undefined && (end.offset >= 0 || end.isWhole))?.isWhole === false
  }
  if (isCut(({ stdoutEnd }) => stdoutEnd)) return 'stdout'
  return isCut(({ stderrEnd }) => stderrEnd) ? 'stderr' : undefined
}

const gapOf = ({ from, to, bytes, reason }: Hole): Seal['gaps'][number] => ({ from, to, bytes, reason })

// Pure: the seal of one life. A proven hole outweighs a doubt, and only a life that is proven complete to its end is
// sealed: docs/decisions/0009-seals.md.
import type { Hole, Seal, SealEvidence } from './evidence.ts'
import { filesOf, type LogFile } from './files.ts'
import { hasExpired, holesOf, type HoleEvidence } from './holes.ts'
import { deletedOnKafka } from './losses.ts'
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
  if (evidence.stretches.length === 0)
    return seal(
      'unsealed',
      evidence.firstLine === null ? 'unsealed: no line of it came' : 'unsealed: its lines have expired',
    )
  const files = filesOf(evidence)
  const { holes, doubts } = holesOf(files, evidence)
  const openEnds = files.slice(0, -1).filter(isOpen).length
  if (holes.length > 0) {
    const vanished = end === 'vanished' ? '; tail unknown: node vanished' : ''
    return seal('gap', `${gapsInWords(holes, evidence)}${vanished}`, holes.slice(0, gapsMax).map(gapOf))
  }
  const deleted = deletedOnKafka(evidence.firstLine, evidence.losses)
  const perhaps = deleted === undefined ? '' : `; lines may be lost ${deleted}`
  const so = `${counted(lines)}, none known to be missing`
  if (doubts.length > 0) return seal('unsealed', `unsealed: ${doubts[0]!}${perhaps}`)
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
  return seal('sealed', `sealed: ${counted(lines)}, 0 missing`)
}

/** Whether lines of the life have expired, so that an earlier seal says more. */
export const lacksLines = ({ unchecked, stretches, expired, firstLine }: SealEvidence): boolean =>
  unchecked !== true &&
  (stretches.length === 0 ? firstLine !== null : expired === true || hasExpired(stretches, firstLine))

/** Returns what is certainly missing, each hole with the line behind it. */
export const holesIn = (evidence: HoleEvidence): Hole[] => holesOf(filesOf(evidence), evidence).holes

const isOpen = ({ stretches }: LogFile): boolean => !stretches.at(-1)!.ended

const gapOf = ({ from, to, bytes, reason }: Hole): Seal['gaps'][number] => ({ from, to, bytes, reason })

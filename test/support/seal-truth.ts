// What a seal may say of a random run, and what it must.
import type { Seal } from '#shared/pod-model/seal/evidence.ts'
import type { LogRecord } from './container-log.ts'
import type { Run } from './seal-runs.ts'

/** Why the seal is false or too weak; undefined where it is right. */
export function contradiction(
  { files, batches, end, thorough, truthful }: Run,
  { state, gaps, lines }: Seal,
): string | undefined {
  const came = new Set(batches.flat().map(({ cri }) => cri))
  const isLost = ({ cri }: LogRecord): boolean => !came.has(cri)
  const lost = files.flat().filter(isLost)
  if (lines !== came.size) return `${lines} lines instead of ${came.size}`
  switch (state) {
    case 'sealed':
      if (lost.length > 0) return `sealed, and ${lost.length} lines never came`
      return end === 'running' || end === 'vanished' ? `sealed, and its container is ${end}` : undefined
    case 'gap': {
      if (lost.length === 0) return 'a gap, and nothing is missing'
      const bytes = lost.reduce((sum, { length }) => sum + length!, 0)
      const claimed = gaps.reduce((sum, gap) => sum + gap.bytes!, 0)
      return claimed > bytes ? `gaps of ${claimed} bytes, and only ${bytes} are missing` : undefined
    }
    case 'tail-unknown':
      return truthful && files.some((file) => hasHole(file, isLost)) ? 'a hole before the tail' : undefined
    case 'unsealed':
      return thorough && lost.length === 0 && end !== 'running' && end !== 'vanished' ? 'everything came and was told' : undefined
  }
}

/** A line that never came stands before one of its file that did. */
function hasHole(file: readonly LogRecord[], isLost: (line: LogRecord) => boolean): boolean {
  const last = file.findLastIndex((line) => !isLost(line))
  return file.slice(0, last + 1).some(isLost)
}

// What a seal is computed from. A file's lines are bytes at known places, so what is stored of it is a set of stretches without a
import type { LossRow, Stretch } from '#shared/pod-model/rows.ts'
// hole between them; docs/decisions/0009-seals.md says which evidence suffices for which state. Times are RFC 3339 UTC with nine
// digits, so that they compare as strings.

/** What is known of the end: `vanished` went with its node, `untold` is neither known to run nor to have ended. */
export type LifeEnd = 'running' | 'ended' | 'vanished' | 'untold'

export interface SealEvidence {
  /** Distinct lines that were stored. */
  lines: number
  /** Some of them have expired: what is left may have holes that nobody lost. */
  expired?: boolean
  /** Nobody looked at what its lines cover of their files: it runs, and they are many. */
  unchecked?: boolean
  stretches: readonly Stretch[]
  end: LifeEnd
  /** Dead letters that may be of it. */
  losses: readonly LossRow[]
  /** When it was born, where Kubernetes told. */
  startedAt: string | null
  /** Times of the first and last line that ever were stored, also where they have expired since. */
  firstLine: string | null
  lastLine: string | null
}

export interface Gap {
  from: string
  to: string
  /** At least so many. */
  bytes: number | null
  reason: string
}

/** A gap, and the line behind it. */
export interface Hole extends Gap {
  bytes: number
  /** Before the first file of the life, at the head of a later one, or within one. */
  where: 'head' | 'rotation' | 'file'
  file: string
  /** Place and time of the line behind it. */
  offset: number
  behindAt: string
}

export interface Seal {
  state: 'sealed' | 'gap' | 'tail-unknown' | 'unsealed'
  lines: number
  gaps: Gap[]
  text: string
}

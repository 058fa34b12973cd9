// What a seal is computed from. A file's lines are bytes at known places, so what is stored of it is a set of stretches without a
import type { LossRow } from '#shared/pod-model/rows.ts'
// hole between them; docs/decisions/0009-seals.md says which evidence suffices for which state. Times are RFC 3339 UTC with nine
// digits, so that they compare as strings.

/** Bytes of one file in which no line is missing. */
export interface Stretch {
  /** '' where the agent does not name it. */
  file: string
  /** Where its first line starts; -1 for lines that came without an offset. */
  from: number
  /** Behind its last line. */
  to: number
  /** Times of those two lines. */
  firstAt: string
  lastAt: string
  /** The earliest of all its lines, which a clock that stepped back may put elsewhere. */
  earliest: string
  /** Places at which a line starts. */
  places: number
  /** The last line is marked as the last of its file. */
  ended: boolean
  /** Lines that are marked so with others behind them. */
  endsInside: number
  /** Lines whose length nobody told. */
  unmeasured: number
  /** Places with two different lines. */
  clashes: number
  /** Lines that start within another one. */
  overlaps: number
}

/** What is known of the end: `vanished` went with its node, `untold` is neither known to run nor to have ended. */
export type LifeEnd = 'running' | 'ended' | 'vanished' | 'untold'

export interface SealEvidence {
  /** Distinct lines that were stored. */
  lines: number
  /** Some of them have expired: what is left may have holes that nobody lost. */
  expired?: boolean
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

export interface Seal {
  state: 'sealed' | 'gap' | 'tail-unknown' | 'unsealed'
  lines: number
  gaps: Gap[]
  text: string
}

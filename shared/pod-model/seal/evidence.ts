// The input of a seal. The lines of a file are bytes at known offsets, so what is stored of a file is a set of
// stretches without holes. docs/decisions/0009-seals.md says which evidence proves which state. Times are RFC 3339 UTC
// with nine digits, so that they compare as strings.
import type { LossRow, StoredPlace, Stretch } from '#shared/pod-model/rows.ts'

/** The end of a life: `vanished` ended with its node, `unknown` is neither known to run nor to have ended. */
export type LifeEnd = 'running' | 'ended' | 'vanished' | 'unknown'

export interface SealEvidence {
  /** Distinct lines that were stored. */
  lines: number
  /** Whether some of its lines have expired, so that holes between the others do not prove a loss. */
  expired?: boolean
  /** What the store has lost of its lines, in words. */
  lost?: string | undefined
  /** Lines of it that neither a number nor a container id places in it. */
  byTime?: number
  /** Whether its stretches were not loaded, since it runs, or its lines are not counted yet. */
  unchecked?: boolean
  stretches: readonly Stretch[]
  /** Names of files whose first line ever came. */
  heads?: readonly string[]
  end: LifeEnd
  /** Dead letters that may belong to it. */
  losses: readonly LossRow[]
  /** Where lines of it are stored that begin where refused ones did. */
  storedPlaces?: readonly StoredPlace[]
  /** When it started, where that is known. */
  startedAt: string | null
  /** The times of the first and last line that were ever stored, expired or not. */
  firstLine: string | null
  lastLine: string | null
}

export interface Gap {
  from: string
  to: string
  /** At least this many bytes are missing. */
  bytes: number | null
  reason: string
}

/** A gap, and the line behind it. */
export interface Hole extends Gap {
  bytes: number
  /** Before the first file of the life, at the head of a later one, or within one. */
  where: 'head' | 'rotation' | 'file'
  file: string
  /** Offset and time of the line behind it. */
  offset: number
  behindAt: string
}

export interface Seal {
  state: 'sealed' | 'gap' | 'tail-unknown' | 'unsealed'
  lines: number
  gaps: Gap[]
  text: string
}

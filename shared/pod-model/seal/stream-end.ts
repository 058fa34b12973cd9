// Pure: which line of a stream starts last.
import type { StreamEnd } from '#shared/pod-model/rows.ts'

export const noLine: StreamEnd = { offset: -1, isWhole: false }

/** Of two lines at one offset, a whole one comes after a fragment. */
export const laterEnd = (a: StreamEnd = noLine, b: StreamEnd = noLine): StreamEnd =>
  (a.offset - b.offset || Number(a.isWhole) - Number(b.isWhole)) >= 0 ? a : b

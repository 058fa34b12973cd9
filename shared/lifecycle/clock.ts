// Pure: times of evidence, in RFC 3339 UTC or in the store's form, for sentences and differences.

/** How far a time of a line or a fact may lie ahead of its arrival, in ms. Clocks of nodes differ by less. */
export const aheadMsMax = 3_600_000

/** `14:03:02 UTC`, with the day where it is not that of `beside`, the time that stands beside the sentence. */
export const clock = (time: string, beside: string | null): string =>
  `${time.slice(0, 10) === beside?.slice(0, 10) ? '' : `${time.slice(0, 10)} `}${time.slice(11, 19)} UTC`

/** ` at 14:03:02 UTC`, or '' where the time is not known. */
export const atClock = (time: string | null, beside: string | null): string =>
  time === null ? '' : ` at ${clock(time, beside)}`

/** Returns the whole seconds from one time to the other. */
export const secondsBetween = (from: string, to: string): number => (epochMs(to) - epochMs(from)) / 1000

const epochMs = (time: string): number => Date.parse(`${time.slice(0, 10)}T${time.slice(11, 19)}Z`)

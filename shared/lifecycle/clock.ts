// Pure: times of evidence, RFC 3339 UTC or as the store writes them, in sentences and in differences.

/** `14:03:02` */
export const clock = (time: string): string => time.slice(11, 19)

/** ` at 14:03:02`, or nothing where nobody told. */
export const atClock = (time: string | null): string => (time === null ? '' : ` at ${clock(time)}`)

/** Whole seconds from one to the other. */
export const secondsBetween = (from: string, to: string): number => (epochMs(to) - epochMs(from)) / 1000

const epochMs = (time: string): number => Date.parse(`${time.slice(0, 10)}T${time.slice(11, 19)}Z`)

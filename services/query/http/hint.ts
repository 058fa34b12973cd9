// Pure: hints beside an empty answer, as JSON has them, and as a header for answers that have no other place for them.

/** Why an answer may be empty. */
export interface Hint {
  parameter: string
  message: string
}

/** The member `hints` of an answer, where there are any. */
export const withHints = (hints: readonly Hint[]): { hints?: Hint[] } =>
  hints.length === 0 ? {} : { hints: [...hints] }

export const hintHeader = 'x-afterlog-hint'

/** ASCII, one line each. */
export const hintHeaders = (hints: readonly Hint[]): string[] =>
  hints.map(({ parameter, message }) => `${parameter}: ${message}`.replaceAll(/[^\x20-\x7e]+/g, '?').slice(0, 1000))

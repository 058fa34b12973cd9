// Pure: what the stages of a pipeline may take for one line. A line may have 1 MiB, an expression hundreds of states, and a
// template loops: together they would hold up the process for minutes. A unit is some 8 ns of CPU at worst, so a line
// takes a second at most.

/** What is left to do for the line is left out, and the line has an error. */
export class LineTooLarge extends Error {}

export const lineTooLargeError = 'LineTooLargeErr'

const unitsMax = 100_000_000

export const units = {
  /** Of a text that is read or made. */
  char: 4,
  templateStep: 16,
  /** Of a list or a map that is gone over. */
  item: 32,
} as const

export interface LineWork {
  /** Throws LineTooLarge. */
  spend(count: number): void
}

export function lineWork(): LineWork {
  let left = unitsMax
  return {
    spend(count) {
      left -= count
      if (left < 0) throw new LineTooLarge('the stages take too long for a line of this size')
    },
  }
}

// Compares times (as text or in ns), and names by their code units, independent of any locale.

export const compare = <T extends bigint | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0)

// Pure: bounds of times that may be open, in epoch ns.

export const laterOf = (bound: bigint | undefined, other: bigint): bigint =>
  bound === undefined || bound < other ? other : bound

export const earlierOf = (bound: bigint | undefined, other: bigint): bigint =>
  bound === undefined || bound > other ? other : bound

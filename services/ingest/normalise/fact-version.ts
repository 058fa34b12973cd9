// Which of two facts on one object is the newer, whatever order they arrive in: the version that ReplacingMergeTree keeps.

/** Below the rank: bits of a version that order within it. */
export const versionOrderMax = (1n << 61n) - 1n

/**
 * `rank` 0 to 7: facts that cannot be undone rank higher. Within a rank the resourceVersion orders, where it is a number (etcd's
 * revisions are), else the newest time told.
 */
export function factVersion({
  rank,
  resourceVersion,
  newest,
}: {
  rank: number
  resourceVersion: string
  newest: string | null
}): string {
  const order = /^[1-9]\d{0,17}$/.test(resourceVersion)
    ? BigInt(resourceVersion)
    : BigInt(newest === null ? 0 : Date.parse(`${newest.slice(0, 10)}T${newest.slice(11, 23)}Z`))
  return String((BigInt(rank) << 61n) | (order > versionOrderMax ? versionOrderMax : order))
}

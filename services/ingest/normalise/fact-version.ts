// Which of two facts about one object is newer, in whatever order they arrive: ReplacingMergeTree keeps the highest
// version.

/** The bits of a version below the rank: they order the facts of one rank. */
export const versionOrderMax = (1n << 61n) - 1n

/**
 * `rank` is 0 to 7: facts that cannot be undone rank higher. Within a rank the resourceVersion orders where it is a
 * number, as etcd's revisions are, and otherwise the newest time in the fact.
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

// Pure: which rows about lines belong to which pod, and within which bounds the lines of some pods lie.
import type { LineBounds } from './line-counts.ts'
import { earlier, later } from '#shared/pod-model/pod-lives.ts'
import type { PodFacts } from '#shared/pod-model/pod.ts'
import type { LineLife } from '#shared/pod-model/rows.ts'

/** Bounds of the lines of these pods; undefined where they have none. */
export function boundsOf(pods: readonly PodFacts[]): LineBounds | undefined {
  const lines = pods.flatMap((pod) => pod.lines)
  if (lines.length === 0) return undefined
  const unique = (values: readonly string[]) => [...new Set(values)]
  return {
    namespaces: unique(lines.map(({ namespace }) => namespace)),
    pods: unique(lines.map(({ pod }) => pod)),
    uids: unique(lines.map(({ uid, nameless }) => (nameless === 1 ? '' : uid))),
    first: lines.reduce<string | null>((first, { firstLine }) => earlier(first, firstLine), null) ?? '',
    last: lines.reduce<string | null>((last, { lastLine }) => later(last, lastLine), null) ?? '',
  }
}

/**
 * For each pod its own rows. Rows without a uid are a pod's where its lines have their name, or their name and
 * container id.
 */
export function ownersOf<Row extends LineLife>(rows: readonly Row[]): (pod: PodFacts) => Row[] {
  const byUid = Map.groupBy(rows, ({ uid }) => uid)
  const unattributed = (byUid.get('') ?? []).map((row) => ({ row, key: sentKey(row) }))
  return ({ lines }) => {
    const sentWithUid = lines.filter((line) => line.nameless !== 1)
    const sentWithout = lines.filter((line) => line.nameless === 1)
    const own = [...new Set(sentWithUid.map(({ uid }) => uid))].flatMap((uid) => byUid.get(uid) ?? [])
    if (sentWithout.length === 0) return own
    // Where several have one key, the first one counts.
    const lineOf = new Map(
      sentWithout
        .toReversed()
        .map((line) => [sentKey({ ...line, container: line.sentContainer, restart: line.sentRestart }), line]),
    )
    const adopted = unattributed.flatMap(({ row, key }) => {
      const line = lineOf.get(key)
      if (line === undefined) return []
      return [
        { ...row, container: line.container, restart: line.restart, containerId: row.containerId || line.containerId },
      ]
    })
    return [...own, ...adopted]
  }
}

/** The life of lines, as it was sent: by its restart number or, without one, by its container id. */
const sentKey = ({ cluster, namespace, pod, container, restart, containerId }: LineLife): string =>
  JSON.stringify([cluster, namespace, pod, container, restart, restart >= 0 ? null : containerId])

// Which rows that tell of lines belong to which pod, and where those lines lie.
import type { LineBounds, LineLife } from '#query/plan/line-counts.ts'
import { earlier, later } from '#query/render/pod-lives.ts'
import type { PodFacts } from '#query/render/pod.ts'

/** Where the lines of these pods lie; undefined where they have none. */
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

/** Which of the rows are a pod's. Lines without a uid are found by the container id, or by the name, under which life_lines led to the pod. */
export function ownersOf<Row extends LineLife>(rows: readonly Row[]): (pod: PodFacts) => Row[] {
  const byUid = Map.groupBy(rows, ({ uid }) => uid)
  return ({ lines }) => {
    const uids = new Set(lines.flatMap(({ uid, nameless }) => (nameless === 1 ? [] : [uid])))
    const own = [...uids].flatMap((uid) => byUid.get(uid) ?? [])
    const nameless = lines.some((line) => line.nameless === 1) ? (byUid.get('') ?? []) : []
    const adopted = nameless.flatMap((found) => {
      const line = lines.find(
        (row) =>
          row.nameless === 1 &&
          row.cluster === found.cluster &&
          row.namespace === found.namespace &&
          row.pod === found.pod &&
          row.sentContainer === found.container &&
          row.sentRestart === found.restart &&
          (found.restart >= 0 || row.containerId === found.containerId),
      )
      return line === undefined ? [] : [{ ...found, container: line.container, restart: line.restart }]
    })
    return [...own, ...adopted]
  }
}

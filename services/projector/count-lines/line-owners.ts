// Which rows that tell of lines belong to which pod, and where those lines lie.
import type { LineBounds } from './line-counts.ts'
import { earlier, later } from '#shared/pod-model/pod-lives.ts'
import type { PodFacts } from '#shared/pod-model/pod.ts'
import type { LineLife } from '#shared/pod-model/rows.ts'

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

/** Which of the rows are a pod's. Lines without a uid are found by the container id, or by the name, under which lines_of_lives led to the pod. */
export function ownersOf<Row extends LineLife>(rows: readonly Row[]): (pod: PodFacts) => Row[] {
  const byUid = Map.groupBy(rows, ({ uid }) => uid)
  const nameless = (byUid.get('') ?? []).map((row) => ({ row, sent: sentBy(row) }))
  return ({ lines }) => {
    const [led, carried] = [lines.filter((line) => line.nameless === 1), lines.filter((line) => line.nameless !== 1)]
    const own = [...new Set(carried.map(({ uid }) => uid))].flatMap((uid) => byUid.get(uid) ?? [])
    if (led.length === 0) return own
    // Of several under one name the first counts.
    const lineOf = new Map(
      led.toReversed().map((line) => [sentBy({ ...line, container: line.sentContainer, restart: line.sentRestart }), line]),
    )
    const adopted = nameless.flatMap(({ row, sent }) => {
      const line = lineOf.get(sent)
      if (line === undefined) return []
      return [{ ...row, container: line.container, restart: line.restart, containerId: row.containerId || line.containerId }]
    })
    return [...own, ...adopted]
  }
}

/** Whose lines these are as they were sent: a restart says so by itself, without one the container id does. */
const sentBy = ({ cluster, namespace, pod, container, restart, containerId }: LineLife): string =>
  JSON.stringify([cluster, namespace, pod, container, restart, restart >= 0 ? null : containerId])

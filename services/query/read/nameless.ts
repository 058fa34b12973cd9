// Whose lines are that came without a pod uid: of the pod whose container said them, or of one that only its name tells of.
import { namedLike, namelessRows, type NamelessRow } from '#query/plan/nameless.ts'
import { livesOfContainers, type ContainerLife } from '#query/plan/pod-statements.ts'
import { alwaysNew } from '#query/plan/pods.ts'
import { earlier, later } from '#shared/pod-model/pod-lives.ts'
import { parseFormattedTime } from '#query/render/time.ts'
import type { Fragment } from '#shared/clickhouse/sql.ts'
import type { RowReading } from './reading.ts'
import type { SeenRow } from './seen-rows.ts'
import type { LifeLinesRow } from '#shared/pod-model/rows.ts'

type Resolved = NamelessRow & { uid: string; life: ContainerLife | undefined }

/** Where their pods stand in the list. `lines`: rows of plan/nameless.ts namelessRows; in their order. */
export async function namelessSeen(reading: RowReading, tenant: string, lines: Fragment): Promise<SeenRow[]> {
  return (await resolve(reading, tenant, lines)).map(({ uid, firstLine, lastLine }) => ({
    uid,
    spoke: true,
    begun: parseFormattedTime(firstLine),
    seen: parseFormattedTime(lastLine),
    toldAt: BigInt(alwaysNew),
  }))
}

/** First and last line of every life of these pods that spoke so. */
export async function namelessLifeLines(reading: RowReading, tenant: string, uids: readonly string[]): Promise<LifeLinesRow[]> {
  const asked = new Set(uids)
  const lines = (await resolve(reading, tenant, namelessRows(tenant, [namedLike(tenant, uids)]))).filter(({ uid }) =>
    asked.has(uid),
  )
  return [...Map.groupBy(lines, containerOf).values()].map((ofOne) => {
    const { life, ...sent } = ofOne[0]!
    return {
      ...sent,
      container: life?.container ?? sent.container,
      restart: life?.restart ?? sent.restart,
      node: ofOne.map(({ node }) => node).reduce((a, b) => (a > b ? a : b)),
      firstLine: ofOne.map(({ firstLine }) => firstLine).reduce((a, b) => earlier(a, b)!),
      lastLine: ofOne.map(({ lastLine }) => lastLine).reduce((a, b) => later(a, b)!),
      nameless: 1,
      sentContainer: sent.container,
      sentRestart: sent.restart,
      fragments: 0,
    }
  })
}

async function resolve({ rows }: RowReading, tenant: string, lines: Fragment): Promise<Resolved[]> {
  const nameless = await rows<NamelessRow>(lines)
  const ids = [...new Set(nameless.map(({ containerId }) => containerId))].filter((id) => id !== '')
  const lives = ids.length === 0 ? [] : await rows<ContainerLife>(livesOfContainers(tenant, ids))
  const lifeOf = new Map(lives.map((life) => [life.containerId, life]))
  return nameless.map((row) => {
    const life = lifeOf.get(row.containerId)
    return { ...row, life, uid: life?.podUid ?? `unresolved:${row.cluster}/${row.namespace}/${row.pod}` }
  })
}

const containerOf = ({ cluster, namespace, pod, container, restart, containerId }: NamelessRow): string =>
  JSON.stringify([cluster, namespace, pod, container, restart, containerId])

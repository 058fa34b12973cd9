// The obituary of a pod, composed from facts and lines when it is asked for: why it died, on which evidence, what it said last, what died
// beside it, what came after it. Plain JSON, so that it can be kept.
import { sql, str } from '#shared/clickhouse/sql.ts'
import { secondsBetween } from '#shared/lifecycle/clock.ts'
import type { Verdict } from '#shared/lifecycle/evidence.ts'
import { podInWords } from '#shared/lifecycle/explain-pod.ts'
import { endedNearby, nearbyMinutes, podsNearby } from '#query/plan/died-nearby.ts'
import type { LineFilter } from '#query/plan/line-filter.ts'
import { livesScope } from '#query/plan/pod-statements.ts'
import { lineJson } from '#query/render/line.ts'
import { renderObituary, type AlsoDied, type FirstError, type LastWords, type Obituary } from '#query/render/obituary.ts'
import { renderPod, type RenderedPod } from '#query/render/pod.ts'
import { readDossier, type PodDossier } from './pod-dossier.ts'
import { livesNumbered, resolvePod, type PodIdentity } from './pod-identity.ts'
import { readPodPage } from './pod-lines.ts'
import { createPodReader } from './pods.ts'
import type { Reading } from './reading.ts'

/** Lines of each container that are its last words. */
const lastWordsMax = 50

export interface ComposeOptions {
  /** Looks at what died beside it: of a node that takes hundreds of pods along, that costs each of them a look at all others. */
  beside: boolean
}

/** undefined where nobody ever told of the pod. `uid`: in any form that names one. */
export async function composeObituary(
  reading: Reading,
  tenant: string,
  uid: string,
  { beside }: ComposeOptions,
): Promise<Obituary | undefined> {
  const [dossier, pod] = await Promise.all([readDossier(reading, tenant, uid), resolvePod(reading, tenant, uid)])
  if (dossier === undefined) return undefined
  const { verdict, lives } = dossier.rendered
  const containers = [...new Set(lives.map(({ container }) => container))]
  const [lastWords, firstError, alsoDied] = await Promise.all([
    pod === undefined ? [] : Promise.all(containers.map((container) => lastLines({ reading, tenant, pod }, container))),
    pod === undefined ? null : firstErrorOf({ reading, tenant, pod }, verdict),
    beside ? diedBeside(reading, tenant, dossier) : [],
  ])
  return renderObituary({ ...dossier, lastWords, firstError, alsoDied })
}

interface Speech {
  reading: Reading
  tenant: string
  pod: PodIdentity
}

async function lastLines({ reading, tenant, pod }: Speech, container: string): Promise<LastWords> {
  const filter: LineFilter = { ...whole(tenant, pod), fields: { container: [container] } }
  const { lines } = await readPodPage({ reading, filter, pod, order: 'desc', limit: lastWordsMax })
  return { container, lines: lines.toReversed().map(lineJson) }
}

/** What runtimes write to stderr when a program dies of itself, where no agent told a severity. */
const panics = String.raw`(?i)(^panic:|^goroutine \d+ \[|exception\b|^traceback|segmentation fault|core dumped|unhandled|assertion.*failed|stack overflow|out of memory|^fatal\b|^\w*error:)`

async function firstErrorOf({ reading, tenant, pod }: Speech, { life }: Verdict): Promise<FirstError | null> {
  if (life === null || life.restart === null) return null
  const fatal = livesNumbered(pod, life.restart).filter(({ container }) => container === life.container)
  const filter: LineFilter = { ...whole(tenant, pod), scope: sql`${pod.scope} AND ${livesScope(fatal)}` }
  const page = { reading, pod, order: 'asc', limit: 1 } as const
  const severe = await readPodPage({ ...page, filter: { ...filter, fields: { severity: ['error', 'fatal'] } } })
  const [line] = severe.lines
  if (line !== undefined) return { ...lineJson(line), because: `its severity is ${line.severity}` }
  const search = sql`match(message, ${str(panics)})`
  const [spoken] = (await readPodPage({ ...page, filter: { ...filter, fields: { stream: ['stderr'] }, search } })).lines
  return spoken === undefined
    ? null
    : { ...lineJson(spoken), because: 'it is the first line of stderr that reads like a panic or an exception' }
}

function whole(tenant: string, { scope, extent }: PodIdentity): LineFilter {
  const times = extent === undefined ? {} : { from: extent.first, to: extent.last + 1n }
  return { tenant, fields: {}, scope, ...times }
}

/** Completed pods are left out: they ended as they were meant to. */
async function diedBeside(reading: Reading, tenant: string, { facts, rendered }: PodDossier): Promise<AlsoDied[]> {
  const at = deathOf(rendered)
  const { cluster, node } = rendered.pod
  if (at === null || node === '') return []
  const there = await reading.rows<{ uid: string; ended: number }>(podsNearby(tenant, { cluster, node, at, except: facts.uid }))
  if (there.length === 0) return []
  const uids = there.map(({ uid }) => uid)
  const ended = new Set((await reading.rows<{ uid: string }>(endedNearby(tenant, uids, at))).map(({ uid }) => uid))
  const found = await createPodReader({ reading }).facts(
    tenant,
    there.filter((pod) => pod.ended === 1 || ended.has(pod.uid)).map(({ uid }) => uid),
  )
  return found
    .flatMap((one): AlsoDied[] => {
      const other = renderPod(one)
      const died = deathOf(other)
      if (died === null || other.pod.outcome === 'completed') return []
      if (Math.abs(secondsBetween(at, died)) > nearbyMinutes * 60) return []
      const { namespace, name, uid, outcome, reason } = other.pod
      const cause = podInWords(other.verdict, { evidence: other.evidence, events: other.evidence.events, memoryLimits: {} })
      return [{ namespace, name, uid, outcome, reason, diedAt: died, cause }]
    })
    .toSorted((a, b) => (a.diedAt < b.diedAt ? -1 : a.diedAt > b.diedAt ? 1 : a.uid < b.uid ? -1 : 1))
}

/** When it died, or died last where it lives again. */
function deathOf({ verdict }: RenderedPod): string | null {
  if (verdict.outcome === 'running') return null
  return verdict.diedAt ?? verdict.endAt ?? verdict.life?.finishedAt ?? null
}

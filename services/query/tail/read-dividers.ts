// What people are told of the news of an owner: who died of what, who was born where, and in whose place. Outcomes are those of
// GET /v1/pods, decided from everything known by now.
import { lastOver, type OwnerFilter } from './owner-statements.ts'
import { birthText, deathText, untilTime, type Death, type Divider } from './divider-text.ts'
import { renderPod, type LifeJson, type PodFacts, type RenderedPod } from '#shared/pod-model/pod.ts'
import { newsItem, readNews, readOwnersPods, type News } from './read-owner-changes.ts'
import { loadFacts } from '#projector/load-facts.ts'
import { readReplacement } from '#query/pods/read-neighbours.ts'
import type { Reading } from '#shared/store-reading/reading.ts'

/** A divider for each of the news, null where nothing is to be said; what the store does not show yet is left out, to be asked for again. */
export async function dividersOf(
  reading: Reading,
  filter: OwnerFilter,
  news: readonly News[],
  { paired }: { paired: boolean },
): Promise<{ news: News; divider: Divider | null }[]> {
  const facts = await factsOf(reading, filter.tenant, [...new Set(news.map(({ uid }) => uid))])
  const pods = new Map(facts.map((pod) => [pod.uid, { facts: pod, rendered: renderPod(pod) }]))
  const made: { news: News; divider: Divider | null }[] = []
  for (const each of news) {
    const pod = pods.get(each.uid)
    if (pod === undefined || pod.facts.row === null) continue
    const divider = each.restart < 0 ? await ofPod(each, pod) : ofLife(each, pod.rendered)
    if (divider !== undefined) made.push({ news: each, divider })
  }
  return made

  async function ofPod({ what }: News, pod: { facts: PodFacts; rendered: RenderedPod }): Promise<Divider> {
    const { rendered, facts: known } = pod
    if (what === 'over') return deathOf(rendered)
    const time = known.row?.createdAt ?? rendered.pod.lastSeen ?? ''
    return birthOf(rendered, time, paired ? await deathBefore(rendered, time) : undefined)
  }

  /** The death after which this pod is the first that was born in its place. */
  async function deathBefore({ pod }: RenderedPod, born: string): Promise<Death | undefined> {
    if (born === '') return undefined
    const over = await reading.rows<{ uid: string }>(lastOver(filter.tenant, await readOwnersPods(reading, filter), born, 5))
    const dead = await factsOf(
      reading,
      filter.tenant,
      over.map(({ uid }) => uid),
    )
    const before = dead
      .map(renderPod)
      .filter(({ pod: { diedAt } }) => diedAt !== null && diedAt.slice(0, 19) <= born.slice(0, 19))
    const replaced = before.flatMap(({ pod: gone, verdict: { endAt } }) => {
      const since = endAt !== null && endAt < gone.diedAt! ? endAt : gone.diedAt!
      return [{ ...gone, ownerKind: gone.owner.kind, ownerName: gone.owner.name, since }]
    })
    const next = await Promise.all(replaced.map((gone) => readReplacement(reading, filter.tenant, gone)))
    return before
      .filter((_, i) => next[i]?.uid === pod.uid)
      .map(({ pod: { name, outcome, reason, exitCode, diedAt } }): Death => ({
        who: name,
        outcome,
        reason,
        exitCode,
        time: diedAt!,
      }))
      .toSorted((a, b) => (a.time < b.time ? -1 : 1))
      .at(-1)
  }
}

const factsOf = async (reading: Reading, tenant: string, uids: readonly string[]): Promise<PodFacts[]> =>
  uids.length === 0 ? [] : (await loadFacts(reading, tenant, uids)).pods.map(({ facts }) => facts)

/** Pods whose facts are read at once. */
const podsAtOnce = 200

/** What was told of the owner's pods before `floor` (epoch ms by the store's clock), of times in [from, to), by `order`. */
export async function pastDividers(
  reading: Reading,
  filter: OwnerFilter,
  floor: number,
  { from, to }: { from?: bigint; to?: bigint },
): Promise<{ order: string; divider: Divider }[]> {
  const rows = await readNews(reading, filter, 0)
  const pods = [
    ...Map.groupBy(rows.filter(({ what, arrived }) => what !== 'joined' && arrived < floor).map(newsItem), ({ uid }) => uid),
  ]
  const past: { order: string; divider: Divider }[] = []
  for (let i = 0; i < pods.length; i += podsAtOnce) {
    const news = pods.slice(i, i + podsAtOnce).flatMap(([, items]) => items)
    for (const { news: each, divider } of await dividersOf(reading, filter, news, { paired: false })) {
      if (divider === null || divider.time === '') continue
      const until = untilTime(divider)
      if (from !== undefined && until < from) continue
      if (to !== undefined && until >= to) continue
      past.push({ order: `${String(until).padStart(20, '0')}/${each.id}`, divider })
    }
  }
  return past.toSorted((a, b) => (a.order < b.order ? -1 : 1))
}

function deathOf({ pod }: RenderedPod): Divider {
  const { outcome, reason, exitCode, name, node } = pod
  const time = pod.diedAt ?? pod.lastSeen ?? ''
  const text = deathText({ who: name, outcome, reason, exitCode, time })
  return { time, kind: 'died', pod: name, podUid: pod.uid, container: '', restart: null, outcome, reason, exitCode, node, text }
}

function birthOf({ pod }: RenderedPod, time: string, death: Death | undefined): Divider {
  const { name, node, uid } = pod
  const text = birthText({ who: name, node, time }, death)
  return { ...living, time, pod: name, podUid: uid, container: '', restart: null, node, text }
}

const living = { kind: 'born', outcome: 'running', reason: '', exitCode: null } as const

/** undefined where its status is not to be seen yet. The first instances are born with their pod; an init container's work is done when it ends. */
function ofLife({ what, container, restart }: News, { pod, lives }: RenderedPod): Divider | null | undefined {
  const kind = lives.find((life) => life.container === container && life.restart === restart)?.kind
  const told = pod.containers.find(({ name }) => name === container)?.lives ?? []
  const life = told.find((one) => one.restart === restart)
  if (kind === undefined || life === undefined) return undefined
  const place = { pod: pod.name, podUid: pod.uid, container, restart, node: pod.node }
  if (what === 'died') {
    if (life.finishedAt === null && life.outcome === 'running') return undefined
    if (kind === 'init' && life.outcome === 'completed') return null
    const death = lifeDeath(pod.name, container, life)
    const { outcome, reason, exitCode, time } = death
    return { time, kind: 'died', ...place, outcome, reason, exitCode, text: deathText(death) }
  }
  if (restart === 0 || kind === 'init' || kind === 'ephemeral') return null
  const time = life.startedAt ?? ''
  const before = told.find((one) => one.restart === restart - 1)
  const death = before?.finishedAt == null ? undefined : lifeDeath(pod.name, container, before)
  return {
    ...living,
    time,
    ...place,
    text: birthText({ who: `life ${restart} of ${pod.name}/${container}`, node: pod.node, time }, death),
  }
}

const lifeDeath = (pod: string, container: string, { outcome, reason, exitCode, finishedAt }: LifeJson): Death => ({
  who: `${pod}/${container}`,
  outcome,
  reason,
  exitCode,
  time: finishedAt ?? '',
})

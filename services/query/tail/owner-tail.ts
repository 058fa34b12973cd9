// GET /v1/logs/tail?owner=Kind/name: lines of all pods of an owner, present and future, with a divider where one died or was born. A pod
// whose object comes after its lines joins late: its lines of before are read then. Every event's id says what was sent until then,
// lines by arrival, transitions by number, so that whoever comes back gets each once.
import type { Fragment } from '#shared/clickhouse/sql.ts'
import { encodeCursor, type Cursor } from '#query/http/cursor.ts'
import type { LineFilter } from '#shared/lines/line-filter.ts'
import { nowhere, type LineKey } from '#shared/lines/line-order.ts'
import { anyUnattributed, containersOfPods, linesOfPods, type OwnedLines, type OwnerFilter } from './owner-statements.ts'
import { attributeLines } from '#query/logs/read-attribution.ts'
import { dividerOf, pastDividers } from './read-dividers.ts'
import { createShownLines, follow, isLater, later, type Arrival, type Reached } from './follow-lines.ts'
import { createOwnerTransitions, type PodTransition } from './read-owner-changes.ts'
import { streamLines } from '#shared/store-reading/line-pages.ts'
import { keyOf, type Line } from '#shared/lines/row-decoder.ts'
import { interleave, untilTime, type Divider } from './divider-text.ts'
import { lineJson } from '#shared/lines/line-json.ts'
import { sseComment, sseEvent } from './sse.ts'
import type { TailRun } from './tail-run.ts'

/** Events as text; '' after a look that found nothing. */
export async function* ownerTail(run: TailRun & { owner: string }): AsyncGenerator<string> {
  const { reading, filter, owner, at, filters, now, pollIntervalMs, signal } = run
  const { tenant, fields } = filter
  const { namespace, cluster, pod, podUid } = fields
  const owned: OwnerFilter = { tenant, owner, namespace, cluster, pod, podUid }
  const transitions = await createOwnerTransitions(reading, owned, at?.owner)
  const begun = at?.followFrom ?? now
  const from = filter.from === undefined ? {} : { from: filter.from }
  const place = (
    more: Pick<Cursor, 'after' | 'received'>,
    own: { joining?: { uid: string; after: LineKey }; past?: string } = {},
  ) => encodeCursor({ ...more, ...from, followFrom: begun, owner: { ...transitions.place(), ...own } }, filters)
  const scoped = (scope: Fragment): LineFilter => ({ ...filter, scope })

  let lead =
    transitions.joined.size === 0
      ? sseComment(`no pod of ${owner} is known yet: its pods are followed as soon as one is reported`)
      : ''
  if (at?.received === undefined && filter.from !== undefined) {
    yield* past(at?.after, at?.owner?.past)
  }

  // Everything that arrived up to here was sent, or is of a pod that nobody told of yet.
  let reached: Reached = at?.received === undefined ? { received: begun, key: nowhere } : { received: at.received, key: at.after }
  const after = { received: reached.received, ts: reached.key.ts, identity: reached.key.identity }
  const missedMs = Math.max(0, now - reached.received)
  const arrivals = follow({
    reading,
    filter: async () => scoped(linesOfPods(await owning(await transitions.pods()))),
    since: reached.received,
    after,
    shown: createShownLines(),
    pollIntervalMs,
    missedMs,
    signal,
  })
  for await (const arrived of arrivals) {
    const before = reached
    const fresh = await transitions.look()
    const late = new Set<string>()
    for (const each of fresh.filter(({ what }) => what === 'born')) {
      yield* joinLate(each.record.uid)
      transitions.send(each)
      late.add(each.record.uid)
    }
    const lines = await attributed(arrived)
    for (const one of arrived) reached = later(reached, one)
    // What arrived before was read as its pod joined.
    const shown = lines.filter(
      ({ line, received }) => isJoined(line) && !(late.has(line.podUid) && !isLater(before, { line, received })),
    )
    const transitionOf = new Map<Divider, PodTransition>()
    for (const each of fresh.filter(({ what }) => what !== 'born')) {
      const divider = await dividerOf(reading, owned, each)
      if (divider === null || !wanted(divider)) transitions.send(each)
      else transitionOf.set(divider, each)
    }
    let text = lead
    lead = ''
    const mixed = interleave(shown, [...transitionOf.keys()])
    let sent = before
    for (const one of mixed) {
      if ('line' in one) {
        sent = later(sent, one)
        text += lineEvent(one.line, place({ after: sent.key, received: sent.received }))
      } else {
        transitions.send(transitionOf.get(one)!)
        text += lifeEvent(one, place({ after: sent.key, received: sent.received }))
      }
    }
    yield text
  }

  /** Containers are looked for where lines come without a uid at all. */
  async function owning(uids: readonly string[]): Promise<OwnedLines> {
    const any = await reading.rows(anyUnattributed(tenant))
    if (any.length === 0 || uids.length === 0) return { uids, containerIds: [] }
    const rows = await reading.rows<{ containerId: string }>(containersOfPods(tenant, uids))
    return { uids, containerIds: rows.map(({ containerId }) => containerId) }
  }

  async function attributed(arrived: readonly Arrival[]): Promise<Arrival[]> {
    const lines = await attributeLines(
      reading,
      tenant,
      arrived.map(({ line }) => line),
    )
    return arrived.map(({ received }, i) => ({ received, line: lines[i]! }))
  }

  function isJoined({ podUid: uid }: Line): boolean {
    return transitions.joined.has(uid)
  }

  function wanted({ container }: Divider): boolean {
    return container === '' || fields.container === undefined || fields.container.includes(container)
  }

  /** What a pod said before anyone told whose it is, up to where all others are. */
  async function* joinLate(uid: string): AsyncGenerator<string> {
    const upTo = { received: reached.received, ts: reached.key.ts, identity: reached.key.identity }
    const arrived = filter.from === undefined ? { upTo, since: begun } : { upTo }
    const scope = linesOfPods(await owning([uid]), arrived)
    const joining = at?.owner?.joining
    const behind = joining?.uid === uid ? { after: joining.after } : {}
    for await (const lines of streamLines({ reading, filter: scoped(scope), order: 'asc', ...behind })) {
      const known = await attributeLines(reading, tenant, lines)
      yield known
        .map((line) =>
          lineEvent(line, place({ after: reached.key, received: reached.received }, { joining: { uid, after: keyOf(line) } })),
        )
        .join('')
    }
  }

  /** Since `from`, in order of time. */
  async function* past(behind: LineKey | undefined, passed: string | undefined): AsyncGenerator<string> {
    let mark = passed
    const times = { ...from, ...(filter.to === undefined ? {} : { to: filter.to }) }
    const dividers = (await pastDividers({ reading, filter: owned, times, isSent: transitions.isSent })).filter(
      ({ order, divider }) => wanted(divider) && order > (mark ?? ''),
    )
    let last = behind ?? nowhere
    const upTo = (ts: bigint | undefined): string => {
      let text = ''
      while (dividers[0] !== undefined && (ts === undefined || untilTime(dividers[0].divider) < ts)) {
        const { order, divider } = dividers.shift()!
        mark = order
        text += lifeEvent(divider, place({ after: last }, { past: mark }))
      }
      return text
    }
    const scope = linesOfPods(await owning(await transitions.pods()), { before: begun })
    for await (const lines of streamLines({
      reading,
      filter: scoped(scope),
      order: 'asc',
      ...(behind === undefined ? {} : { after: behind }),
    })) {
      let text = lead
      lead = ''
      for (const line of await attributeLines(reading, tenant, lines)) {
        if (!isJoined(line)) continue
        text += upTo(line.ts)
        last = keyOf(line)
        text += lineEvent(line, place({ after: last }, mark === undefined ? {} : { past: mark }))
      }
      yield text
    }
    const rest = upTo(undefined)
    if (rest !== '') yield rest
  }
}

const lineEvent = (line: Line, id: string): string => sseEvent({ event: 'line', id, data: JSON.stringify(lineJson(line)) })
const lifeEvent = (divider: Divider, id: string): string => sseEvent({ event: 'life', id, data: JSON.stringify(divider) })

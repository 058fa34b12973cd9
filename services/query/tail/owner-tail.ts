// GET /v1/logs/tail?owner=Kind/name: lines of all pods of an owner, present and future, with a divider where a pod died
// or was born. A pod joins once its record names the owner; the tail then sends the lines that arrived before. The id
// of each event says what was sent until then, so that a client that comes back gets each line and each divider once.
import type { Fragment } from '#shared/clickhouse/sql.ts'
import { encodeCursor, type Cursor } from '#query/http/cursor.ts'
import type { LineFilter } from '#shared/lines/line-filter.ts'
import { nowhere, type LineKey } from '#shared/lines/line-order.ts'
import {
  anyUnattributed,
  containersOfPods,
  linesOfPods,
  type OwnedLines,
  type OwnerFilter,
} from './owner-statements.ts'
import { attributeLines } from '#query/logs/read-attribution.ts'
import { dividerOf, pastDividers } from './read-dividers.ts'
import { isBehind, laterOf, placeBefore } from './arrival-place.ts'
import { follow } from './follow-lines.ts'
import type { Arrival } from './line-buffer.ts'
import { openTailPlace, rememberStored } from './tail-place.ts'
import { createOwnerTransitions, type PodTransition } from './read-owner-changes.ts'
import { streamLines } from '#shared/store-reading/line-pages.ts'
import { keyOf, type Line } from '#shared/lines/row-decoder.ts'
import { interleave, untilTime, type Divider } from './divider-text.ts'
import type { TailRun } from './tail-run.ts'

/** Events as text; '' after a poll that brought nothing. */
export async function* ownerTail(run: TailRun & { owner: string }): AsyncGenerator<string> {
  const { reading, filter, within, writer, owner, at, filters, now, feed, pollIntervalMs, polling, signal } = run
  const { tenant, fields } = filter
  const { namespace, cluster, pod, podUid } = fields
  const owned: OwnerFilter = { tenant, owner, namespace, cluster, pod, podUid }
  const transitions = await createOwnerTransitions(reading, owned, at?.owner)
  const isFromStored = at?.received === undefined && filter.from !== undefined
  using tailPlace = openTailPlace({ ...run, isFromStored })
  const { begun, after, sentLines } = tailPlace
  const from = filter.from === undefined ? {} : { from: filter.from }
  const place = (
    more: Pick<Cursor, 'after' | 'received' | 'sent'>,
    own: { joining?: { uid: string; after: LineKey }; past?: string } = {},
  ) => encodeCursor({ ...more, ...from, followFrom: begun, owner: { ...transitions.place(), ...own } }, filters)
  const scoped = async (scope: Fragment): Promise<LineFilter> => ({ ...(await within(filter)), scope })

  let notice =
    transitions.joined.size === 0
      ? writer.notice(`no pod of ${owner} is known yet: its pods are followed as soon as one is reported`)
      : ''
  if (isFromStored) {
    yield* past(at?.after, at?.owner?.past)
  }

  // The tail has sent everything that arrived up to here, except lines of pods that Kubernetes has not reported yet.
  let reached = at === undefined ? placeBefore(begun) : after
  const missedMs = Math.max(0, now - after.received)
  const followed = follow({
    reading,
    feed,
    group: filters,
    filter: async () => scoped(linesOfPods(await ownedLinesOf(await transitions.pods()))),
    after,
    sentLines,
    pollIntervalMs,
    polling,
    // The pods of the owner may change without a line.
    pollsAlways: true,
    missedMs,
    signal,
  })
  for await (const { arrivals: arrived, dropped } of followed) {
    const before = reached
    const due = await transitions.readDue()
    const joinedUids = new Set<string>()
    for (const each of due.filter(({ what }) => what === 'born')) {
      yield* joinLate(each.record.uid)
      transitions.send(each)
      joinedUids.add(each.record.uid)
    }
    const lines = await attributed(arrived)
    for (const { line, received } of arrived) reached = laterOf(reached, { received, key: keyOf(line) })
    // `joinLate` has sent what arrived before the pod joined.
    const linesToSend = lines.filter(
      ({ line, received }) =>
        isJoined(line) && !(joinedUids.has(line.podUid) && !isBehind({ received, key: keyOf(line) }, before)),
    )
    const transitionOf = new Map<Divider, PodTransition>()
    for (const each of due.filter(({ what }) => what !== 'born')) {
      const divider = await dividerOf(reading, owned, each)
      if (divider === null || !isWanted(divider)) transitions.send(each)
      else transitionOf.set(divider, each)
    }
    let text = notice + (dropped === undefined ? '' : writer.dropped(dropped))
    notice = ''
    const linesAndDividers = interleave(linesToSend, [...transitionOf.keys()])
    for (const one of linesAndDividers) {
      if ('line' in one) {
        sentLines.send({ received: one.received, key: keyOf(one.line) })
        text += writer.line(one.line, () => place(tailPlace.place()))
      } else {
        transitions.send(transitionOf.get(one)!)
        text += writer.life(one, () => place(tailPlace.place()))
      }
    }
    yield text
  }

  /** Reads container ids only where the tenant has unattributed lines. */
  async function ownedLinesOf(uids: readonly string[]): Promise<OwnedLines> {
    const unattributed = await reading.rows(anyUnattributed(tenant))
    if (unattributed.length === 0 || uids.length === 0) return { uids, containerIds: [] }
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

  function isWanted({ container }: Divider): boolean {
    return container === '' || fields.container === undefined || fields.container.includes(container)
  }

  /**
   * The lines of a pod that arrived before its record named its owner, up to where the tail has come with the others.
   */
  async function* joinLate(uid: string): AsyncGenerator<string> {
    const bounds = filter.from === undefined ? { upTo: reached, since: begun } : { upTo: reached }
    const scope = linesOfPods(await ownedLinesOf([uid]), bounds)
    const joining = at?.owner?.joining
    const behind = joining?.uid === uid ? { after: joining.after } : {}
    for await (const lines of streamLines({ reading, filter: await scoped(scope), order: 'asc', ...behind })) {
      const attributedLines = await attributeLines(reading, tenant, lines)
      let text = ''
      for (const line of attributedLines) {
        const key = keyOf(line)
        sentLines.sendStored({ received: line.received, key })
        text += writer.line(line, () => place(tailPlace.place(), { joining: { uid, after: key } }))
      }
      yield text
    }
  }

  /**
   * Lines and dividers since `from`, in order of time. Of a tail that a client resumes, `behind` is the last line and
   * `lastOrder` the last divider that was sent.
   */
  async function* past(behind: LineKey | undefined, lastOrder: string | undefined): AsyncGenerator<string> {
    let sentOrder = lastOrder
    const times = { ...from, ...(filter.to === undefined ? {} : { to: filter.to }) }
    const dividers = (await pastDividers({ reading, filter: owned, times, isSent: transitions.isSent })).filter(
      ({ order, divider }) => isWanted(divider) && order > (sentOrder ?? ''),
    )
    let last = behind ?? nowhere
    const dividersUntil = (ts: bigint | undefined): string => {
      let text = ''
      while (dividers[0] !== undefined && (ts === undefined || untilTime(dividers[0].divider) < ts)) {
        const { order, divider } = dividers.shift()!
        sentOrder = order
        text += writer.life(divider, () => place({ after: last }, { past: order }))
      }
      return text
    }
    const remember = rememberStored(tailPlace)
    const scope = linesOfPods(await ownedLinesOf(await transitions.pods()), { before: begun })
    for await (const lines of streamLines({
      reading,
      filter: await scoped(scope),
      order: 'asc',
      ...(behind === undefined ? {} : { after: behind }),
    })) {
      let text = notice
      notice = ''
      for (const line of await attributeLines(reading, tenant, lines)) {
        if (!isJoined(line)) continue
        text += dividersUntil(line.ts)
        last = keyOf(line)
        remember({ received: line.received, key: last })
        text += writer.line(line, () => place({ after: last }, sentOrder === undefined ? {} : { past: sentOrder }))
      }
      yield text
    }
    const rest = dividersUntil(undefined)
    if (rest !== '') yield rest
  }
}

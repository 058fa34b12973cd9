// Watches Events. Each poll reads the version of every Event that the field selector picks, and then only the Events
// whose version has changed.
import {
  eventPrints,
  eventsChangedSince,
  eventTexts,
  type EventFilter,
  type EventPrint,
  type EventTextRow,
} from './event-statements.ts'
import { nameOfStatement } from '#shared/clickhouse/sql.ts'
import { eventItem } from './event-object.ts'
import { matchesLabels, type LabelRequirement } from '#shared/stored-pods/label-selector.ts'
import { polls, writtenSinceS, type WatchEvent, type WatchStep, type WatchRun } from '../api/watch-looks.ts'

export interface EventWatchOptions extends WatchRun {
  filter: EventFilter
  labels: readonly LabelRequirement[]
}

/** How many Events one statement reads. */
const eventsAtOnce = 500

/**
 * The Events at the beginning, in steps; then one step for each poll, empty where nothing has changed. Ends when the
 * signal aborts.
 */
export async function* watchEvents(options: EventWatchOptions): AsyncGenerator<WatchStep> {
  const { reading, filter, labels, since, clock } = options
  const at = clock()
  /** The versions that the client has. */
  let known = new Map<number, number>()
  const eventsOf = (
    rows: readonly EventTextRow[],
    nowMs: number,
    before: ReadonlyMap<number, number>,
  ): WatchEvent[] => {
    for (const { id, print } of rows) known.set(id, print)
    return rows
      .map((row) => ({
        type: before.has(row.id) ? ('MODIFIED' as const) : ('ADDED' as const),
        item: eventItem(row, nowMs),
      }))
      .filter(({ item: { object } }) => matchesLabels(labels, object.metadata.labels ?? {}))
  }
  const none: ReadonlyMap<number, number> = new Map()
  if (since === undefined) {
    for await (const rows of everyEvent(options)) yield { at, items: eventsOf(rows, at, none), complete: false }
  } else {
    known = printsOf(await reading.rows<EventPrint>(eventPrints(filter)))
    const changedRows = await reading.rows<{ id: number }>(eventsChangedSince(filter, writtenSinceS(since)))
    // The client may have an Event or not, which cannot be known here: MODIFIED works for both.
    for await (const rows of theseEvents(
      options,
      changedRows.map(({ id }) => id),
    ))
      yield { at, items: eventsOf(rows, at, known), complete: false }
  }
  yield { at, items: [], complete: true }
  const prints = eventPrints(filter)
  const looks = {
    group: nameOfStatement(prints),
    statement: () => prints,
    read: () => reading.rows<EventPrint>(prints),
  }
  for await (const { at: polledAt, rows } of polls(looks, options)) {
    const current = printsOf(rows)
    const changed = [...current].flatMap(([id, print]) => (known.get(id) === print ? [] : [id]))
    const before = known
    known = current
    const items: WatchEvent[] = []
    for await (const texts of theseEvents(options, changed)) items.push(...eventsOf(texts, polledAt, before))
    yield { at: polledAt, items, complete: true }
  }
}

const printsOf = (rows: readonly EventPrint[]): Map<number, number> => new Map(rows.map(({ id, print }) => [id, print]))

async function* everyEvent({ reading, filter }: EventWatchOptions): AsyncGenerator<EventTextRow[]> {
  for (let rows: EventTextRow[] = [], more = true; more; more = rows.length === eventsAtOnce) {
    rows = await reading.rows<EventTextRow>(eventTexts(filter, rows.at(-1), eventsAtOnce))
    yield rows
  }
}

async function* theseEvents(
  { reading, filter }: EventWatchOptions,
  ids: readonly number[],
): AsyncGenerator<EventTextRow[]> {
  for (let from = 0; from < ids.length; from += eventsAtOnce) {
    const some = ids.slice(from, from + eventsAtOnce)
    yield await reading.rows<EventTextRow>(eventTexts({ ...filter, ids: some }, undefined, eventsAtOnce))
  }
}

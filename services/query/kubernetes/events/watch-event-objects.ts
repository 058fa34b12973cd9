// Watches Events. One look reads a print of every Event that the field selector picks and compares; only those that differ are read.
import {
  eventPrints,
  eventsChangedSince,
  eventTexts,
  type EventFilter,
  type EventPrint,
  type EventTextRow,
} from './event-statements.ts'
import { eventItem } from './event-object.ts'
import { matchesLabels, type LabelRequirement } from '../api/label-selector.ts'
import { looks, writtenSinceS, type Watched, type WatchLook, type WatchRun } from '../api/watch-looks.ts'

export interface EventWatchOptions extends WatchRun {
  filter: EventFilter
  labels: readonly LabelRequirement[]
}

/** Events of one statement. */
const eventsAtOnce = 500

/** The first look, in steps, then one for each poll, empty where nothing has changed. Ends when the signal aborts. */
export async function* watchEvents(options: EventWatchOptions): AsyncGenerator<WatchLook> {
  const { reading, filter, labels, since, clock } = options
  const prints = async (): Promise<Map<number, number>> =>
    new Map((await reading.rows<EventPrint>(eventPrints(filter))).map(({ id, print }) => [id, print]))
  const at = clock()
  /** What the client has. */
  let known = new Map<number, number>()
  const tell = (rows: readonly EventTextRow[], nowMs: number, before: ReadonlyMap<number, number>): Watched[] => {
    for (const { id, print } of rows) known.set(id, print)
    return rows
      .map((row) => ({ type: before.has(row.id) ? ('MODIFIED' as const) : ('ADDED' as const), item: eventItem(row, nowMs) }))
      .filter(({ item: { object } }) => matchesLabels(labels, object.metadata.labels ?? {}))
  }
  const none: ReadonlyMap<number, number> = new Map()
  if (since === undefined) {
    for await (const rows of everyEvent(options)) yield { at, items: tell(rows, at, none), complete: false }
  } else {
    known = await prints()
    const lately = await reading.rows<{ id: number }>(eventsChangedSince(filter, writtenSinceS(since)))
    // Whether the client has one already cannot be told: MODIFIED is taken for both.
    for await (const rows of theseEvents(
      options,
      lately.map(({ id }) => id),
    ))
      yield { at, items: tell(rows, at, known), complete: false }
  }
  yield { at, items: [], complete: true }
  for await (const { at: looked, found } of looks(prints, options)) {
    const changed = [...found].flatMap(([id, print]) => (known.get(id) === print ? [] : [id]))
    const before = known
    known = found
    const items: Watched[] = []
    for await (const rows of theseEvents(options, changed)) items.push(...tell(rows, looked, before))
    yield { at: looked, items, complete: true }
  }
}

async function* everyEvent({ reading, filter }: EventWatchOptions): AsyncGenerator<EventTextRow[]> {
  for (let rows: EventTextRow[] = [], more = true; more; more = rows.length === eventsAtOnce) {
    rows = await reading.rows<EventTextRow>(eventTexts(filter, rows.at(-1), eventsAtOnce))
    yield rows
  }
}

async function* theseEvents({ reading, filter }: EventWatchOptions, ids: readonly number[]): AsyncGenerator<EventTextRow[]> {
  for (let from = 0; from < ids.length; from += eventsAtOnce) {
    const some = ids.slice(from, from + eventsAtOnce)
    yield await reading.rows<EventTextRow>(eventTexts({ ...filter, ids: some }, undefined, eventsAtOnce))
  }
}

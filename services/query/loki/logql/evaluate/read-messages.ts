// Reads the lines of a range stretch by stretch, with the labels of their groups.
import type { RowReading } from '#shared/store-reading/reading.ts'
import type { LineFilter } from '#shared/lines/line-filter.ts'
import type { Fragment } from '#shared/clickhouse/sql.ts'
import { failedQuery, linesMax } from '../query-limits.ts'
import type { ReadCount } from '../read-lines.ts'
import {
  countParts,
  isTooLarge,
  messagesIn,
  messagesOf,
  stretchesOf,
  type PartRow,
  type StoredMessage,
  type Stretch,
} from './message-chunks.ts'

export async function* readMessages(
  reading: RowReading,
  filter: LineFilter & { from: bigint; to: bigint },
  hash: Fragment | undefined,
  count: ReadCount,
): AsyncGenerator<StoredMessage[]> {
  const stretches = await stretchesWithin(reading, filter, filter)
  const lines = count.lines + stretches.reduce((sum, { rows }) => sum + rows, 0)
  if (lines > linesMax)
    throw failedQuery(
      `the query reads ${lines} lines through its pipeline, at most ${linesMax} are allowed: narrow its selector or its ` +
        'time range, or put a line filter such as |= "text" first',
    )
  for (const stretch of stretches) yield* readStretch(reading, filter, hash, stretch, count)
}

const stretchesWithin = async (
  { rows }: RowReading,
  filter: LineFilter,
  whole: Pick<Stretch, 'from' | 'to'>,
): Promise<Stretch[]> => stretchesOf(whole, await rows<PartRow>(countParts(filter, whole)))

async function* readStretch(
  reading: RowReading,
  filter: LineFilter,
  hash: Fragment | undefined,
  stretch: Stretch,
  count: ReadCount,
): AsyncGenerator<StoredMessage[]> {
  if (isTooLarge(stretch)) {
    for (const part of await stretchesWithin(reading, filter, stretch))
      yield* readStretch(reading, filter, hash, part, count)
    return
  }
  const { from, to } = stretch
  const messages = messagesIn(await reading.binary(messagesOf({ ...filter, from, to }, hash)))
  count.lines += messages.length
  for (const { message } of messages) count.bytes += message.length
  yield messages
}

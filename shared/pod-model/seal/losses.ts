// Pure: what dead letters say about a life. They explain a hole, or say where lines may have gone. They never prove a
// hole.
import { parseLogPath } from '#shared/kubelet-path.ts'
import type { Hole } from './evidence.ts'
import type { LossRow } from '#shared/pod-model/rows.ts'

/** Adds to the reason of a hole: the refused records inside it, or else what Kafka deleted unread after it began. */
export function withLosses(hole: Hole, losses: readonly LossRow[]): Hole {
  const refused = losses.filter(
    ({ reason, offset }) => reason !== onKafka && offset >= hole.offset - hole.bytes && offset < hole.offset,
  )
  if (refused.length > 0) {
    const reasons = [...new Set(refused.map(({ reason }) => reason))].join(', ')
    const lines = refused.length === 1 ? 'a line' : `${refused.length} lines`
    return { ...hole, reason: `${lines} of it refused (${reasons}), see dead letters` }
  }
  const deleted = deletedOnKafka(hole.from, losses)
  return deleted === undefined ? hole : { ...hole, reason: `${hole.reason}, perhaps ${deleted}` }
}

/**
 * Returns `with 1,200 messages of afterlog.logs/2 that Kafka deleted unread`, for losses noticed at `since` or later.
 */
export function deletedOnKafka(since: string | null, losses: readonly LossRow[]): string | undefined {
  const ranges = losses.filter(({ reason, time }) => reason === onKafka && (since === null || time >= since))
  const [last] = ranges
  if (last === undefined) return undefined
  const messages = ranges.reduce((sum, range) => sum + range.messages, 0)
  const where = ranges.every(({ topic, partition }) => topic === last.topic && partition === last.partition)
    ? `${last.topic}/${last.partition}`
    : `${last.topic} and others`
  const count = `${messages.toLocaleString('en-US')} ${messages === 1 ? 'message' : 'messages'}`
  return `with ${count} of ${where} that Kafka deleted unread`
}

/** Returns the losses that may belong to a life: refused records that name it, and all messages lost on Kafka. */
export function lossesOfLife(
  losses: readonly LossRow[],
  life: { uids: readonly string[]; container: string; restart: number | null },
): LossRow[] {
  return losses.filter((loss) => {
    if (loss.reason === onKafka) return true
    const path = parseLogPath(loss.path)
    const inPath = path?.kind === 'pods' ? path : undefined
    const restart = loss.restart >= 0 ? loss.restart : inPath?.restart
    return (
      life.uids.includes(loss.podUid || (inPath?.podUid ?? '')) &&
      (loss.container || inPath?.container) === life.container &&
      (restart === undefined || restart === life.restart)
    )
  })
}

const onKafka = 'lost-on-kafka'

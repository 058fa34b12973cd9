// A post that names a dead letter replays it only where there is such a letter, and the post has its record: the
// rejects of any other become letters of their own, and it closes none. docs/dead-letters.md
import { bind, sql, statement, type Fragment } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import type { Origin } from '../normalise/origin.ts'
import type { RejectReason } from '../normalise/reject.ts'
import { hasRecordsOf } from '../normalise/same-record.ts'
import type { DeliverBody } from './deliver-body.ts'

const answerMsMax = 5000

interface LetterRow {
  payload: string
  reason: RejectReason
}

/** `deliver`, for which a replay that is none is an ordinary post. */
export function withOwnReplays(deliver: DeliverBody, store: Pick<LogStore, 'rows'>): DeliverBody {
  return async (body, origin, as, onDecoded) => {
    if (origin.replay === undefined) return deliver(body, origin, as, onDecoded)
    const letter = await letterOf(store, body, origin)
    if (letter === 'own') return deliver(body, origin, as, onDecoded)
    if (letter === 'none') return deliver(body, { ...origin, isLetterless: true }, as, onDecoded)
    const { replay: _replay, ...others } = origin
    return deliver(body, others, as, onDecoded)
  }
}

/** Rejects where the store is away, since nobody knows then whether the letter may be closed. */
async function letterOf(
  store: Pick<LogStore, 'rows'>,
  body: Buffer,
  origin: Origin,
): Promise<'own' | 'none' | 'unrelated'> {
  const signal = AbortSignal.timeout(answerMsMax)
  const [letter] = await store.rows<LetterRow>({ sql: letterById(origin.tenant, origin.replay!), signal })
  if (letter === undefined) return 'none'
  const { payload, reason } = letter
  return hasRecordsOf(body, { payload: Buffer.from(payload, 'base64'), reason }) ? 'own' : 'unrelated'
}

/** Rows: LetterRow. */
const letterById = (tenant: string, identity: string): Fragment =>
  statement(
    'replayed-letter',
    sql`SELECT base64Encode(payload) AS payload, toString(reason) AS reason ${fromTable(tenant, 'dead_letters')}
    AND identity = ${bind('UInt64', identity)} LIMIT 1`,
  )

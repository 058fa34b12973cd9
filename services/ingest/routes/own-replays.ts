// A post that names a dead letter replays it only where there is such a letter, and the post may be of its record: the
// rejects of any other become letters of their own, and it closes none. docs/dead-letters.md
import { bind, sql, statement, type Fragment } from '#shared/clickhouse/sql.ts'
import type { LogStore } from '#shared/clickhouse/store.ts'
import { fromTable } from '#shared/clickhouse/tenant-scope.ts'
import type { Origin } from '../normalise/origin.ts'
import { livesOfPayload } from '../normalise/refused-lives.ts'
import type { DeliverBody } from './deliver-body.ts'

const answerMsMax = 5000

interface LetterRow {
  payload: string
  cluster: string
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

/** While the store is away, which Kafka's front outlives, nobody knows: then it is taken at its word. */
async function letterOf(
  store: Pick<LogStore, 'rows'>,
  body: Buffer,
  origin: Origin,
): Promise<'own' | 'none' | 'unrelated'> {
  let letter: LetterRow | undefined
  try {
    const signal = AbortSignal.timeout(answerMsMax)
    letter = (await store.rows<LetterRow>({ sql: letterById(origin.tenant, origin.replay!), signal }))[0]
  } catch {
    return 'own'
  }
  if (letter === undefined) return 'none'
  const ofLetter = new Set(
    livesOfPayload(Buffer.from(letter.payload, 'base64'), letter.cluster).map(({ podKey }) => podKey),
  )
  const ofBody = livesOfPayload(body, origin.cluster)
  return ofLetter.size === 0 || ofBody.some(({ podKey }) => ofLetter.has(podKey)) ? 'own' : 'unrelated'
}

/** Rows: LetterRow. */
const letterById = (tenant: string, identity: string): Fragment =>
  statement(
    'replayed-letter',
    sql`SELECT base64Encode(payload) AS payload, toString(cluster) AS cluster ${fromTable(tenant, 'dead_letters')}
    AND identity = ${bind('UInt64', identity)} LIMIT 1`,
  )

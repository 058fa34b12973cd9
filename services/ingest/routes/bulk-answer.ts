// The answer of Elasticsearch's bulk API: one item for each action, in their order. A rejected document has status 400,
// which agents do not send again: it is a dead letter. An answer may be cut to `filter_path`, as Filebeat and Logstash
// ask for.
import { bulkItems, type BulkAction } from '../formats/bulk-items.ts'
import { rejectsMax, type RejectSummary } from '../normalise/reject.ts'
import type { Delivered } from './deliver-body.ts'

/** The actions of a body, without their documents. */
export function actionsOf(body: Buffer): BulkAction[] {
  const actions: BulkAction[] = []
  for (const { action, stores, index, id } of bulkItems(body)) {
    const last = actions.at(-1)
    const isSame = last?.action === action && last.index === index && last.id === id
    actions.push(isSame ? last : { action, stores, index, id })
  }
  return actions
}

export interface BulkAnswerOptions {
  delivered: Delivered
  actions: readonly BulkAction[]
  /** Of the path, for actions that name none. */
  index: string
  /** Begins the ids of documents that have none. */
  requestId: string
  filterPath: string | undefined
}

/** Returns the answer as JSON. */
export function bulkAnswer({
  delivered: { rejects },
  actions,
  index,
  requestId,
  filterPath,
}: BulkAnswerOptions): string {
  const isWanted = wanted(filterPath)
  const problems = new Map(rejects.map((reject) => [reject.index, reject]))
  // Of very many rejects the last one stands for those behind it, and which these are is not known.
  const further = rejects.length > rejectsMax ? rejects.at(-1) : undefined
  const items = actions.map((action, i) => {
    const problem = problems.get(i) ?? (further !== undefined && i > further.index ? further : undefined)
    const item: Record<string, unknown> = {
      _index: action.index === '' ? index : action.index,
      _id: action.id === '' ? `${requestId}-${i}` : action.id,
      ...(problem === undefined ? stored : { status: 400, error: errorOf(problem) }),
    }
    for (const field of Object.keys(item)) if (!isWanted(`items.*.${field}`)) delete item[field]
    return { [action.action]: item }
  })
  return JSON.stringify({
    ...(isWanted('took') ? { took: 0 } : {}),
    ...(isWanted('errors') ? { errors: rejects.length > 0 } : {}),
    ...(isWanted('items.*.status') || isWanted('items.*.error') ? { items } : {}),
  })
}

const stored = {
  _version: 1,
  result: 'created',
  _shards: { total: 1, successful: 1, failed: 0 },
  _seq_no: 0,
  _primary_term: 1,
  status: 201,
}

const errorOf = ({ reason, detail }: RejectSummary) => ({
  type: 'mapper_parsing_exception',
  reason: `${detail} (${reason}); GET /v1/dead-letters has the record`,
})

/** Whether a path of the answer is asked for. https://www.elastic.co/docs/reference/elasticsearch/rest-apis/common-options */
function wanted(filterPath: string | undefined): (path: string) => boolean {
  if (filterPath === undefined || filterPath === '') return () => true
  const patterns = filterPath.split(',').map((pattern) => pattern.trim().split('.'))
  const answers = new Map<string, boolean>()
  return (path) => {
    const known = answers.get(path)
    if (known !== undefined) return known
    const parts = path.split('.')
    const isAsked = patterns.some((pattern) =>
      parts.every(
        (part, i) => pattern.includes('**') || i >= pattern.length || pattern[i] === '*' || part === pattern[i],
      ),
    )
    answers.set(path, isAsked)
    return isAsked
  }
}

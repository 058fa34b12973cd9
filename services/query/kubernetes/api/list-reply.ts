// How a list leaves: as a stream of steps that waits for its reader, whatever its length. `metadata` comes last, since it tells where the
// next page begins. What fails before the first step is a Status, after it a broken connection.
import type { FastifyReply } from 'fastify'
import { Readable } from 'node:stream'
import { listText, type Item, type Resource, type Shape } from './api-object.ts'

export interface ListStep {
  items: { item: Item; token: () => string }[]
  /** Where the next step begins; undefined where this is the last. */
  next: (() => string) | undefined
}

export interface ListReply {
  resource: Resource
  shape: Shape
  /** Items of the answer at most; 0 for all. */
  limit: number
  resourceVersion: string
  steps: AsyncGenerator<ListStep>
}

/** Steps that one page looks at; a page may have fewer items than its limit. */
const stepsOfPage = 10

export async function sendList(reply: FastifyReply, list: ListReply): Promise<FastifyReply> {
  const first = await list.steps.next()
  return sendJsonStream(reply, body(list, first))
}

export function sendJsonStream(reply: FastifyReply, parts: AsyncGenerator<Buffer>): FastifyReply {
  return reply.type('application/json').send(Readable.from(parts, { objectMode: false, highWaterMark: 64 * 1024 }))
}

async function* body(
  { resource, shape, limit, resourceVersion, steps }: ListReply,
  first: IteratorResult<ListStep, void>,
): AsyncGenerator<Buffer> {
  const text = listText(resource, shape)
  let count = 0
  let next: (() => string) | undefined
  try {
    let part = text.head
    let looked = 0
    for (let step = first; step.done !== true; step = await steps.next()) {
      const { items } = step.value
      const taken = limit === 0 ? items : items.slice(0, limit - count)
      for (const { item } of taken) part += `${count++ === 0 ? '' : ','}${text.item(item)}`
      next = taken.length < items.length ? taken.at(-1)!.token : step.value.next
      if (part !== '') yield Buffer.from(part)
      part = ''
      if (limit > 0 && (count === limit || ++looked === stepsOfPage)) break
    }
    yield Buffer.from(part + text.tail({ resourceVersion, ...(next === undefined ? {} : { continue: next() }) }))
  } finally {
    await steps.return(undefined)
  }
}

/** The steps of a list that is at hand: sorted, so that a page goes on behind the last key of the one before. */
export async function* stepsOf(
  items: readonly Item[],
  after: string | undefined,
  token: (key: string) => string,
): AsyncGenerator<ListStep> {
  const keyed = items.map((item) => ({ item, key: `${item.object.metadata.namespace ?? ''}/${item.object.metadata.name}` }))
  const rest = keyed.toSorted((a, b) => (a.key < b.key ? -1 : 1)).filter(({ key }) => after === undefined || key > after)
  yield { items: rest.map(({ item, key }) => ({ item, token: () => token(key) })), next: undefined }
}

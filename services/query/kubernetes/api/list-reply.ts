// Sends a list as a stream of steps that waits for its client, however long the list is. `metadata` comes last, since
// it says where the next page begins. A failure before the first step is a Status, a failure after it a broken
// connection.
import type { FastifyReply } from 'fastify'
import { streamBody } from '#query/http/stream-body.ts'
import { listText, type Item, type Resource, type Shape } from './api-object.ts'

export interface ListStep {
  items: { item: Item; token: () => string }[]
  /** The token with which the next step begins; undefined in the last step. */
  next: (() => string) | undefined
}

export interface ListReply {
  resource: Resource
  shape: Shape
  /** How many items the answer has at most; 0 for all. */
  limit: number
  resourceVersion: string
  steps: AsyncGenerator<ListStep>
}

/** One page reads so many steps at most, so it may have fewer items than its limit. */
const stepsOfPage = 10

export async function sendList(reply: FastifyReply, list: ListReply): Promise<FastifyReply> {
  const first = await list.steps.next()
  return sendJsonStream(reply, body(list, first))
}

export function sendJsonStream(reply: FastifyReply, parts: AsyncGenerator<Buffer>): FastifyReply {
  return reply.type('application/json').send(streamBody(reply, parts))
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
    let stepCount = 0
    for (let step = first; step.done !== true; step = await steps.next()) {
      const { items } = step.value
      const itemsOfPage = limit === 0 ? items : items.slice(0, limit - count)
      for (const { item } of itemsOfPage) part += `${count++ === 0 ? '' : ','}${text.item(item)}`
      next = itemsOfPage.length < items.length ? itemsOfPage.at(-1)!.token : step.value.next
      if (part !== '') yield Buffer.from(part)
      part = ''
      if (limit > 0 && (count === limit || ++stepCount === stepsOfPage)) break
    }
    yield Buffer.from(part + text.tail({ resourceVersion, ...(next === undefined ? {} : { continue: next() }) }))
  } finally {
    await steps.return(undefined)
  }
}

/** One step with all items of a list that is read whole, sorted and cut behind the last key of the page before. */
export async function* stepsOf(
  items: readonly Item[],
  after: string | undefined,
  token: (key: string) => string,
): AsyncGenerator<ListStep> {
  const keyed = items.map((item) => ({
    item,
    key: `${item.object.metadata.namespace ?? ''}/${item.object.metadata.name}`,
  }))
  const rest = keyed
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .filter(({ key }) => after === undefined || key > after)
  yield { items: rest.map(({ item, key }) => ({ item, token: () => token(key) })), next: undefined }
}

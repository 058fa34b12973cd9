// Pure: who waits for a place, in a fair order. Tenants take turns, within a tenant its clients take turns, and of one
// client the first comes first. So whoever asks for one thing waits for one thing of each other client at most. Of one
// client, requests that are under way have four of five turns: they would else go on in step, the first statement of each
// before the second of any, and where many wait none would end in its time.

/** On whose behalf a statement runs. */
export interface Client {
  tenant: string
  /** Tells clients of one tenant apart, such as by their address. */
  name: string
}

export interface FairQueue<T> {
  readonly size: number
  /** How many wait on behalf of this client. */
  sizeOf(client: Client): number
  /** `isUnderWay`: of a request that has had a place before. */
  add(client: Client, waiter: T, isUnderWay?: boolean): void
  /** False where it does not wait any more. */
  remove(client: Client, waiter: T): boolean
  /** Takes the next one whose client may have a place; undefined where there is none. */
  take(mayEnter: (client: Client) => boolean): T | undefined
}

interface ClientQueue<T> {
  client: Client
  underWay: Set<T>
  fresh: Set<T>
  /** Of those under way, since the last fresh one. */
  turns: number
}

const turnsUnderWay = 4

function takeOf<T>(queue: ClientQueue<T>): T {
  const isFresh = queue.fresh.size > 0 && (queue.underWay.size === 0 || queue.turns >= turnsUnderWay)
  queue.turns = isFresh ? 0 : queue.turns + 1
  const [first] = isFresh ? queue.fresh : queue.underWay
  return first!
}

export function createFairQueue<T>(): FairQueue<T> {
  /** Whose turn is next stands first, of the tenants and of the clients of each. */
  const tenants = new Map<string, Map<string, ClientQueue<T>>>()
  let size = 0

  const queueOf = ({ tenant, name }: Client): ClientQueue<T> | undefined => tenants.get(tenant)?.get(name)

  function drop({ client, underWay, fresh }: ClientQueue<T>, waiter: T): boolean {
    if (!underWay.delete(waiter) && !fresh.delete(waiter)) return false
    size -= 1
    const clients = tenants.get(client.tenant)!
    if (underWay.size + fresh.size === 0) clients.delete(client.name)
    if (clients.size === 0) tenants.delete(client.tenant)
    return true
  }
  /** Tenant and client have had their turn. */
  function toTheEnd(queue: ClientQueue<T>): void {
    const { tenant, name } = queue.client
    const clients = tenants.get(tenant)!
    clients.delete(name)
    clients.set(name, queue)
    tenants.delete(tenant)
    tenants.set(tenant, clients)
  }

  return {
    get size() {
      return size
    },
    sizeOf(client) {
      const queue = queueOf(client)
      return queue === undefined ? 0 : queue.underWay.size + queue.fresh.size
    },
    add(client, waiter, isUnderWay = false) {
      const clients = tenants.get(client.tenant) ?? new Map<string, ClientQueue<T>>()
      tenants.set(client.tenant, clients)
      const queue = clients.get(client.name) ?? { client, underWay: new Set<T>(), fresh: new Set<T>(), turns: 0 }
      clients.set(client.name, queue)
      queue[isUnderWay ? 'underWay' : 'fresh'].add(waiter)
      size += 1
    },
    remove(client, waiter) {
      const queue = queueOf(client)
      return queue !== undefined && drop(queue, waiter)
    },
    take(mayEnter) {
      for (const clients of tenants.values())
        for (const queue of clients.values()) {
          if (!mayEnter(queue.client)) continue
          const first = takeOf(queue)
          toTheEnd(queue)
          drop(queue, first)
          return first
        }
      return undefined
    },
  }
}

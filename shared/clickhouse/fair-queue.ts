// Pure: who waits for a place, in a fair order. Tenants take turns, within a tenant its clients take turns, and of one
// client the first comes first. So whoever asks for one thing waits for one thing of each other client at most.

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
  add(client: Client, waiter: T): void
  /** False where it does not wait any more. */
  remove(client: Client, waiter: T): boolean
  /** Takes the next one whose client may have a place; undefined where there is none. */
  take(mayEnter: (client: Client) => boolean): T | undefined
}

interface ClientQueue<T> {
  client: Client
  waiters: Set<T>
}

export function createFairQueue<T>(): FairQueue<T> {
  /** Whose turn is next stands first, of the tenants and of the clients of each. */
  const tenants = new Map<string, Map<string, ClientQueue<T>>>()
  let size = 0

  const queueOf = ({ tenant, name }: Client): ClientQueue<T> | undefined => tenants.get(tenant)?.get(name)

  function drop({ client, waiters }: ClientQueue<T>, waiter: T): boolean {
    if (!waiters.delete(waiter)) return false
    size -= 1
    const clients = tenants.get(client.tenant)!
    if (waiters.size === 0) clients.delete(client.name)
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
    sizeOf: (client) => queueOf(client)?.waiters.size ?? 0,
    add(client, waiter) {
      const clients = tenants.get(client.tenant) ?? new Map<string, ClientQueue<T>>()
      tenants.set(client.tenant, clients)
      const queue = clients.get(client.name) ?? { client, waiters: new Set<T>() }
      clients.set(client.name, queue)
      queue.waiters.add(waiter)
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
          const [first] = queue.waiters
          toTheEnd(queue)
          drop(queue, first!)
          return first
        }
      return undefined
    },
  }
}

// Places for statements of requests, the same for both engines. A statement begins in the lane of small ones; the lane of
// large ones has few places, so that broad statements hold up each other and not the narrow ones. Who waits for a place
// waits in a fair queue, which is bounded. Inserts, commands and background work take no place here.
import { AfterlogError } from '../errors.ts'
import { createFairQueue, type Client, type FairQueue } from './fair-queue.ts'

export type StatementLane = 'read' | 'large'

export interface Place {
  leave(): void
  /** Goes on as a large statement; false where that lane has no place for it. */
  becomeLarge(): boolean
}

export interface EnterOptions {
  client: Client
  /** Of a request that has begun its answer, or of work of ours: it waits however many wait already. */
  isUnderWay: boolean
  signal?: AbortSignal | undefined
}

export interface StatementLanes {
  /** Rejects with `overloaded` where too many wait, and with the signal's reason where that aborts first. */
  enter(lane: StatementLane, options: EnterOptions): Promise<Place>
  /** Statements that wait. */
  readonly waiting: number
}

export interface LaneOptions {
  /** Statements that run at once. */
  places: Readonly<Record<StatementLane, number>>
  /** Statements that wait at most, over all clients; of one client half as many. */
  waitingMax: number
  /** Called for each statement that got its place, with the seconds that it waited. */
  onWait?: ((lane: StatementLane, seconds: number) => void) | undefined
}

interface Waiter {
  client: Client
  begin(place: Place): void
}

interface Lane {
  places: number
  taken: number
  takenBy: Map<string, number>
  queue: FairQueue<Waiter>
}

const nameOf = ({ tenant, name }: Client): string => `${tenant}\n${name}`

export function createStatementLanes({ places, waitingMax, onWait }: LaneOptions): StatementLanes {
  const laneOf = (size: number): Lane => ({ places: size, taken: 0, takenBy: new Map(), queue: createFairQueue() })
  const lanes: Record<StatementLane, Lane> = { read: laneOf(places.read), large: laneOf(places.large) }

  function give(lane: Lane, client: Client): Place {
    let own = lane
    let isOver = false
    count(own, client, 1)
    return {
      leave() {
        if (isOver) return
        isOver = true
        count(own, client, -1)
        serve(own)
      },
      becomeLarge() {
        const { large } = lanes
        if (isOver || own === large || large.queue.size > 0 || !hasPlace(large, client)) return false
        const from = own
        count(from, client, -1)
        count(large, client, 1)
        own = large
        serve(from)
        return true
      },
    }
  }
  function serve(lane: Lane): void {
    for (;;) {
      const waiter = lane.queue.take((client) => hasPlace(lane, client))
      if (waiter === undefined) return
      waiter.begin(give(lane, waiter.client))
    }
  }
  function refuseIfFull(client: Client): void {
    const ofClient = lanes.read.queue.sizeOf(client) + lanes.large.queue.sizeOf(client)
    const waiting = lanes.read.queue.size + lanes.large.queue.size
    if (waiting < waitingMax && ofClient < Math.ceil(waitingMax / 2)) return
    const who = waiting < waitingMax ? ` (${ofClient} of this client)` : ''
    throw new AfterlogError(
      'overloaded',
      `${waiting} queries${who} wait for their turn, which is as many as may (AFTERLOG_QUERY_QUEUE_MAX): ask again later`,
      { retryAfterS: 5 },
    )
  }

  return {
    get waiting() {
      return lanes.read.queue.size + lanes.large.queue.size
    },
    async enter(name, { client, isUnderWay, signal }) {
      signal?.throwIfAborted()
      const lane = lanes[name]
      const began = performance.now()
      if (!hasPlace(lane, client)) {
        if (!isUnderWay) refuseIfFull(client)
        const { promise, resolve, reject } = Promise.withResolvers<Place>()
        const waiter: Waiter = { client, begin: resolve }
        const leave = (): void => {
          if (lane.queue.remove(client, waiter)) reject(signal!.reason as Error)
        }
        signal?.addEventListener('abort', leave, { once: true })
        lane.queue.add(client, waiter, isUnderWay)
        try {
          const place = await promise
          onWait?.(name, (performance.now() - began) / 1000)
          return place
        } finally {
          signal?.removeEventListener('abort', leave)
        }
      }
      onWait?.(name, 0)
      return give(lane, client)
    },
  }
}

/** The last place is for a client that has none, so that one that asks for much is in nobody's way. */
function hasPlace({ places, taken, takenBy }: Lane, client: Client): boolean {
  return taken < places && (taken + 1 < places || !takenBy.has(nameOf(client)))
}

function count(lane: Lane, client: Client, by: 1 | -1): void {
  const name = nameOf(client)
  lane.taken += by
  const ofClient = (lane.takenBy.get(name) ?? 0) + by
  if (ofClient === 0) lane.takenBy.delete(name)
  else lane.takenBy.set(name, ofClient)
}

// Delivery to the store: joins many small batches into few big inserts. `accept` resolves when every row of the batch
// is stored, and never before: it is the only acknowledgement. The module knows tables and bytes, not what they mean.
import { AfterlogError } from '#shared/errors.ts'
import type { BufferPool } from './buffer-pool.ts'
import type { InsertRows } from '../store/insert-rows.ts'
import type { TableName, TableRows } from '../store/table-rows.ts'

export interface GroupWriterOptions {
  insert: InsertRows
  pool: BufferPool
  /** A group is inserted once it is this old… */
  flushIntervalMs: number
  /** …or this big. A thirty-second of it is enough where the table has no insert under way… */
  groupBytesMax: number
  /** …or once it has this many rows. */
  groupRowsMax: number
  /** Whether further batches are on their way here: then a group does not start early. */
  isMoreComing?(): boolean
}

export interface GroupWriter {
  /**
   * Resolves when all rows are stored. Rejects with the store's AfterlogError: some of the rows may be stored then, and
   * the caller may send all of them again.
   */
  accept(tables: readonly TableRows[]): Promise<void>
  /** Stores what was accepted. `accept` rejects from now on. */
  close(): Promise<void>
}

interface Part {
  rows: TableRows
  resolve(): void
  reject(error: unknown): void
}

interface Group {
  table: TableName
  parts: Part[]
  bytes: number
  count: number
  due: boolean
  timer: NodeJS.Timeout | undefined
}

export function createGroupWriter({
  insert,
  pool,
  flushIntervalMs,
  groupBytesMax,
  groupRowsMax,
  isMoreComing = () => false,
}: GroupWriterOptions): GroupWriter {
  /**
   * Groups in the order in which they were begun. The newest group of a table takes further parts while it has room.
   */
  const groups: Group[] = []
  const running = new Map<Promise<void>, TableName>()
  /**
   * Batches that arrive during an insert share the next one: an insert twice as big costs half as much per row. A big
   * group need not wait for the insert to end. Where no insert runs, a group starts early, at a thirty-second of its
   * size, once no further batch is on its way.
   */
  const mayStart = ({ table, bytes, due }: Group): boolean => {
    const inserts = [...running.values()].filter((name) => name === table).length
    if (inserts === 0) return due || (bytes >= groupBytesMax / 32 && !isMoreComing())
    return inserts === 1 && due && bytes >= groupBytesMax / 2
  }
  let closed = false

  function add(rows: TableRows): Promise<void> {
    return new Promise((resolve, reject) => {
      let group = groups.findLast((candidate) => candidate.table === rows.table)
      if (
        group === undefined ||
        (group.bytes > 0 && (group.bytes + rows.rows.length > groupBytesMax || group.count + rows.count > groupRowsMax))
      ) {
        if (group !== undefined) group.due = true
        group = begin(rows.table)
      }
      group.parts.push({ rows, resolve, reject })
      group.bytes += rows.rows.length
      group.count += rows.count
      if (group.bytes >= groupBytesMax || group.count >= groupRowsMax) group.due = true
      pump()
    })
  }

  function begin(table: TableName): Group {
    const group: Group = {
      table,
      parts: [],
      bytes: 0,
      count: 0,
      due: flushIntervalMs === 0 || closed,
      timer: undefined,
    }
    group.timer = setTimeout(() => {
      group.due = true
      pump()
    }, flushIntervalMs)
    groups.push(group)
    return group
  }

  function pump(): void {
    for (;;) {
      const index = groups.findIndex(mayStart)
      if (index === -1) return
      const [group] = groups.splice(index, 1) as [Group]
      clearTimeout(group.timer)
      const done: Promise<void> = send(group).finally(() => {
        running.delete(done)
        pump()
      })
      running.set(done, group.table)
    }
  }

  async function send({ table, parts, bytes, count }: Group): Promise<void> {
    try {
      if (parts.length === 1) await insert(table, parts[0]!.rows.rows, count)
      else {
        const buffer = pool.take(bytes)
        await insert(table, joined(parts, buffer), count)
        // After a failure the buffer is not given back: the client may still be reading it.
        pool.give(buffer)
      }
      for (const part of parts) part.resolve()
    } catch (error) {
      for (const part of parts) part.reject(error)
    }
  }

  return {
    accept: async (tables) => {
      if (closed)
        throw new AfterlogError('stopping', 'the service is stopping; send again to another one', { retryAfterS: 5 })
      // Waits for all tables before it answers, so that no insert of a batch is under way when the batch is sent again.
      const results = await Promise.allSettled(tables.map(add))
      for (const result of results) if (result.status === 'rejected') throw result.reason
      for (const { release } of tables) release?.()
    },
    close: async () => {
      closed = true
      for (const group of groups) group.due = true
      pump()
      while (running.size > 0) await Promise.allSettled(running.keys())
    },
  }
}

/** The rows of all parts, at the head of the buffer. */
function joined(parts: readonly Part[], buffer: Buffer): Buffer {
  let length = 0
  for (const { rows } of parts) length += rows.rows.copy(buffer, length)
  return buffer.subarray(0, length)
}

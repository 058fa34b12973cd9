// Delivery to the store: many small batches become few big inserts. `accept` resolves when every row of the batch is stored, and never
// before: it is the only acknowledgement there is. Knows tables and bytes, nothing of what they mean.
import { AfterlogError } from '#shared/errors.ts'
import type { TableName, TableRows } from '../store/table-rows.ts'

export interface GroupWriterOptions {
  /** Stores rows of one table; resolves when they survive `kill -9`. */
  insert(table: TableName, rows: Buffer, count: number): Promise<void>
  /** A group is sent once it is this old… */
  flushIntervalMs: number
  /** …or this big. */
  groupBytesMax: number
}

export interface GroupWriter {
  /** Resolves when all rows are stored. Rejects with the store's AfterlogError: then any of them may be stored, and sending again is safe. */
  accept(tables: readonly TableRows[]): Promise<void>
  /** Accepts nothing more, stores what was accepted. */
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
  due: boolean
  timer: NodeJS.Timeout | undefined
}

export function createGroupWriter({ insert, flushIntervalMs, groupBytesMax }: GroupWriterOptions): GroupWriter {
  /** Groups in the order they were begun; the newest of a table takes further parts while it has room. */
  const groups: Group[] = []
  const running = new Map<Promise<void>, TableName>()
  /** What comes while a table has an insert makes the next one bigger, which costs half per row; a big one need not wait. */
  const mayStart = ({ table, bytes, due }: Group): boolean => {
    const inserts = [...running.values()].filter((name) => name === table).length
    return due && (inserts === 0 || (inserts === 1 && bytes >= groupBytesMax / 2))
  }
  let closed = false

  function add(rows: TableRows): Promise<void> {
    return new Promise((resolve, reject) => {
      let group = groups.findLast((candidate) => candidate.table === rows.table)
      if (group === undefined || (group.bytes > 0 && group.bytes + rows.rows.length > groupBytesMax)) {
        if (group !== undefined) group.due = true
        group = begin(rows.table)
      }
      group.parts.push({ rows, resolve, reject })
      group.bytes += rows.rows.length
      if (group.bytes >= groupBytesMax) group.due = true
      pump()
    })
  }

  function begin(table: TableName): Group {
    const group: Group = { table, parts: [], bytes: 0, due: flushIntervalMs === 0 || closed, timer: undefined }
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

  async function send({ table, parts, bytes }: Group): Promise<void> {
    try {
      const count = parts.reduce((sum, part) => sum + part.rows.count, 0)
      await insert(
        table,
        parts.length === 1
          ? parts[0]!.rows.rows
          : Buffer.concat(
              parts.map((part) => part.rows.rows),
              bytes,
            ),
        count,
      )
      for (const part of parts) part.resolve()
    } catch (error) {
      // A store that is away fails every batch alike. Anything else may be one batch's fault: the others must not pay for it.
      const shared = parts.length === 1 || (error instanceof AfterlogError && error.retryable)
      if (shared) for (const part of parts) part.reject(error)
      else for (const part of parts) await insert(table, part.rows.rows, part.rows.count).then(part.resolve, part.reject)
    }
  }

  return {
    accept: async (tables) => {
      if (closed) throw new AfterlogError('stopping', 'the service is stopping; send again to another one', { retryAfterS: 5 })
      // All settle before the answer: a batch is acknowledged, or it may be sent again, never half of each at once.
      const results = await Promise.allSettled(tables.map(add))
      for (const result of results) if (result.status === 'rejected') throw result.reason
    },
    close: async () => {
      closed = true
      for (const group of groups) group.due = true
      pump()
      while (running.size > 0) await Promise.allSettled(running.keys())
    },
  }
}

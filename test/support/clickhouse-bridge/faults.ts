// Inserts that fail or wait because a test says so, and what became of inserts: `POST /fault` sets what happens from
// now on, `GET /fault` tells the counts. A server that is busy, short of memory, slow, or whose answer is lost on the
// way looks like this from outside.
import type { ServerResponse } from 'node:http'

export interface InsertFault {
  /**
   * `refuse`: an exception instead of the rows. `lose`: the rows are stored, then an exception. `stall`: the rows wait
   * for the end of the fault.
   */
  kind: 'refuse' | 'lose' | 'stall'
  /** From now on. */
  ms: number
  /** Of the exception, as in system.errors. */
  code: number
  /** Only inserts into this table; '' any. */
  table: string
}

export interface InsertCounts {
  /** Under way. */
  running: number
  refused: number
  /** Stored, and answered with an exception. */
  lost: number
  stalled: number
  /** The client left before its answer. */
  abandoned: number
}

export interface InsertFaults {
  readonly counts: Readonly<InsertCounts>
  set(fault: InsertFault): void
  /** Stores by `insert`, or does not. */
  around(query: string, response: ServerResponse, insert: () => Promise<void>): Promise<void>
}

export function createInsertFaults(): InsertFaults {
  const counts: InsertCounts = { running: 0, refused: 0, lost: 0, stalled: 0, abandoned: 0 }
  let fault: (InsertFault & { ended: Promise<void> }) | undefined
  return {
    counts,
    set(next) {
      const { promise: ended, resolve } = Promise.withResolvers<void>()
      const set = { ...next, ended }
      fault = set
      setTimeout(() => {
        if (fault === set) fault = undefined
        resolve()
      }, next.ms)
    },
    async around(query, response, insert) {
      const met =
        fault !== undefined && (fault.table === '' || query.startsWith(`INSERT INTO ${fault.table} `)) ? fault : undefined
      let answered = false
      response.once('close', () => {
        if (!answered) counts.abandoned++
      })
      counts.running++
      try {
        if (met?.kind === 'refuse') {
          counts.refused++
          throw new Error(exception(met.code))
        }
        if (met?.kind === 'stall') {
          counts.stalled++
          await met.ended
        }
        await insert()
        if (met?.kind === 'lose') {
          counts.lost++
          throw new Error(exception(met.code))
        }
      } finally {
        counts.running--
        answered = true
      }
    },
  }
}

const exception = (code: number): string => `Code: ${code}. DB::Exception: ${sentences[code] ?? 'a fault of the test. (UNKNOWN)'}`

/** As the server words them. */
const sentences: Readonly<Record<number, string>> = {
  159: 'Timeout exceeded: elapsed 30.001 seconds, maximum: 30 seconds. (TIMEOUT_EXCEEDED)',
  241: '(total) memory limit exceeded: would use 7.20 GiB (attempt to allocate chunk of 4.00 MiB), maximum: 7.20 GiB. (MEMORY_LIMIT_EXCEEDED)',
  252: 'Too many parts (3000 with average size of 1.20 MiB) in table. Merges are processing significantly slower than inserts. (TOO_MANY_PARTS)',
  1000: 'Timeout: connect timed out. (POCO_EXCEPTION)',
}

// The store of a campaign: the ClickHouse bridge on one directory and port, killed and started again, told to refuse,
// asked for what lies in its tables. Its database is the default one of the services.
import { setTimeout as sleep } from 'node:timers/promises'
import { startClickHouse, type ClickHouseProcess } from '#test/support/clickhouse-bridge/start.ts'
import type { InsertCounts, InsertFault } from '#test/support/clickhouse-bridge/faults.ts'
import { killInside, type Death } from '../killing.ts'
import type { InjectedCall } from '../strace-kill.ts'

export interface Stored {
  rows: number
  /** Distinct (ts, identity). */
  lines: number
  /** Messages with a row that is there more than once, by the number in their lines' text. */
  messagesTwice: number
  letters: number
  lettersDistinct: number
}

export interface Store extends AsyncDisposable {
  readonly url: string
  /** Of all its processes so far. */
  counts(): Promise<InsertCounts>
  set(fault: InsertFault): Promise<void>
  /** kill -9, at a system call where one is named; then another one on the same directory after `downMs`. */
  kill(downMs: number, call?: { call: InjectedCall; nth: number; trace: string }): Promise<Death>
  /** Merges of lines and dead letters stop, also in processes to come, or go on. */
  holdMerges(hold: boolean): Promise<void>
  /** Merges what is left. */
  mergeAll(): Promise<void>
  stored(tenant: string): Promise<Stored>
}

const counters = ['refused', 'lost', 'stalled', 'abandoned'] as const

export async function startStore(dir: string): Promise<Store> {
  let running: ClickHouseProcess = await startClickHouse({ dir })
  const { url, port } = running
  const before: InsertCounts = { running: 0, refused: 0, lost: 0, stalled: 0, abandoned: 0 }
  let held = false

  const ask = async (text: string): Promise<string> => {
    const response = await fetch(`${url}/?database=afterlog`, { method: 'POST', body: text })
    const answer = await response.text()
    if (response.status !== 200) throw new Error(`${text}: ${answer}`)
    return answer
  }
  const number = async (text: string): Promise<number[]> => (await ask(`${text}\nFORMAT TSV`)).trim().split('\t').map(Number)
  const fault = async (init?: RequestInit): Promise<InsertCounts> =>
    (await fetch(`${url}/fault`, init)).json() as Promise<InsertCounts>
  const applyHold = async (): Promise<void> => {
    for (const table of ['logs', 'dead_letters']) await ask(`SYSTEM ${held ? 'STOP' : 'START'} MERGES ${table}`)
  }
  const remember = async (): Promise<void> => {
    const counts = await fault().catch(() => before)
    if (counts !== before) for (const name of counters) before[name] += counts[name]
  }

  return {
    url,
    async counts() {
      const counts = await fault()
      for (const name of counters) counts[name] += before[name]
      return counts
    },
    set: async (of) => void (await fault({ method: 'POST', body: JSON.stringify(of) })),
    async kill(downMs, at) {
      await remember()
      const { pid, exited } = running
      const service = { pid, exited, kill: (signal: NodeJS.Signals) => void process.kill(pid, signal) }
      const kill = at === undefined ? ({ kind: 'service' } as const) : ({ kind: 'call', ...at } as const)
      const death = await killInside(kill, {
        service,
        dataDir: dir,
        moment: Promise.resolve(),
        working: () => true,
        trace: at?.trace ?? '',
        injectionMsMax: 8000,
      })
      await sleep(downMs)
      running = await startClickHouse({ dir, port })
      if (held) await applyHold()
      return death
    },
    async holdMerges(hold) {
      held = hold
      await applyHold()
    },
    async mergeAll() {
      held = false
      await applyHold()
      for (const table of ['logs', 'dead_letters']) await ask(`OPTIMIZE TABLE ${table} FINAL`)
    },
    async stored(tenant) {
      const [rows, lines] = await number(`SELECT count(), uniqExact(ts, identity) FROM logs WHERE tenant = '${tenant}'`)
      const [messagesTwice] = await number(
        `SELECT uniqExact(m) FROM (SELECT any(extract(message, ' m([0-9]+) ')) AS m FROM logs WHERE tenant = '${tenant}' GROUP BY ts, identity HAVING count() > 1)`,
      )
      const [letters, lettersDistinct] = await number(
        `SELECT count(), uniqExact(identity) FROM dead_letters WHERE tenant = '${tenant}'`,
      )
      return { rows: rows!, lines: lines!, messagesTwice: messagesTwice!, letters: letters!, lettersDistinct: lettersDistinct! }
    },
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  }
}

// Stops statements in the embedded engine. The engine may take long to stop one, and as long as all cores are busy also
// to take the KILL; so KILL runs on a thread of the pool, one at a time, for all statements that are to stop. It is
// repeated, since a statement that has just begun is not in the list of processes yet.
import { setTimeout as sleep } from 'node:timers/promises'
import { escapeString } from './escape-string.ts'

export interface StatementKiller {
  /** Stops the statement with this log_comment, until `settled` settles. */
  stop(comment: string, settled: Promise<unknown>): Promise<void>
  /** Stops all statements, until `settled` settles. */
  stopAll(settled: Promise<unknown>): Promise<void>
}

const tickMs = 100
/** A statement that has run on after so many KILLs gets one a second: the engine has noticed, and will stop it. */
const quickKills = 5
const slowMs = 1000

/** `kill` stops the statements that a condition on system.processes selects. */
export function createStatementKiller(kill: (where: string) => Promise<void>): StatementKiller {
  const statements = new Map<string, { kills: number; dueMs: number }>()
  let isRunning = false

  const killDue = async (): Promise<void> => {
    const nowMs = performance.now()
    const due = [...statements].filter(([, { dueMs }]) => dueMs <= nowMs)
    if (due.length === 0) return
    for (const [, one] of due) one.dueMs = nowMs + (++one.kills < quickKills ? 0 : slowMs)
    await kill(`Settings['log_comment'] IN (${due.map(([comment]) => escapeString(comment)).join(', ')})`)
  }
  const run = async (): Promise<void> => {
    if (isRunning) return
    isRunning = true
    while (statements.size > 0) {
      await killDue()
      await sleep(tickMs)
    }
    isRunning = false
  }
  return {
    async stop(comment, settled) {
      statements.set(comment, { kills: 0, dueMs: 0 })
      void run()
      await Promise.allSettled([settled])
      statements.delete(comment)
    },
    async stopAll(settled) {
      let isOver = false
      const over = Promise.allSettled([settled]).then(() => void (isOver = true))
      while (!isOver) {
        await kill(`Settings['log_comment'] != ''`)
        await Promise.race([over, sleep(tickMs)])
      }
    },
  }
}

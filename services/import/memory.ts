// Records the outcome of each batch in the tally and the state. The state advances with each acknowledged batch, until
// a record of a container is refused. Then the next import sends that container again, in the same bodies: the reason
// of the refusal may be gone by then (a longer retention), and equal bodies make equal dead letters.
import type { SentFile } from './import-file.ts'
import { parseContainerLine } from './lines/container-line.ts'
import type { Batch } from './send/batch.ts'
import { addRefused, type Outcome } from './send/delivery.ts'
import type { ImportState } from './state.ts'
import type { Tally } from './tally.ts'

export interface Memory {
  file(file: SentFile): void
  /** Call it in the order in which the batches were sent. */
  outcome(batch: Batch, outcome: Outcome): void
}

export function createMemory({ state, tally }: { state: ImportState; tally: Tally }): Memory {
  const files = new Map<string, SentFile>()
  const keysOf = new Map<string, string[]>()
  const refusedContainers = new Set<string>()
  let acknowledged = state.entries().reduce((highest, [, file]) => Math.max(highest, file.acknowledged), 0)
  return {
    file(file) {
      files.set(file.key, file)
      const keys = keysOf.get(file.container)
      if (keys === undefined) keysOf.set(file.container, [file.key])
      else keys.push(file.key)
    },
    outcome({ container, marks }, { accepted, refused, givenUp }) {
      tally.accepted += accepted
      for (const [code, more] of refused) addRefused(tally.refused, code, more)
      for (const { records, sentence } of givenUp)
        addRefused(tally.refused, sentence, { count: records, example: sentence })
      if (refused.size > 0 || givenUp.length > 0) refusedContainers.add(container)
      if (refusedContainers.has(container)) {
        state.forget(keysOf.get(container) ?? [])
        return
      }
      for (const { key, offset, last } of marks) {
        const time = last === undefined ? undefined : (last.time ?? parseContainerLine(last.line)?.time)
        if (last === undefined || time === undefined) continue
        const { filters, group } = files.get(key)!
        state.set(key, { offset, last: { time, offset: last.offset }, filters, group, acknowledged: ++acknowledged })
      }
    },
  }
}

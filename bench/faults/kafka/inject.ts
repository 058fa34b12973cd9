// The faults of one run, as planned: three lanes at once. Counts what happened, by evidence where a kill is said to
// have met an insert.
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { KafkaProcess } from '#test/support/kafka/start.ts'
import type { Fleet } from './fleet.ts'
import type { BrokerFault, IngestFault, Run, StoreFault, Timed } from './plan.ts'
import type { Store } from './store.ts'

export interface Injected {
  ingestKills: number
  storeKills: number
  brokerKills: number
  /** Kills of a store that had begun a part, and of an ingest process whose insert was under way. */
  insideInsert: number
  /** What happened, in order, a sentence each. */
  journal: string[]
}

export interface InjectOptions {
  run: Run
  fleet: Fleet
  store: Store
  broker: KafkaProcess
  /** Keeps faults of the broker and transactions apart. */
  steady<T>(work: () => Promise<T>): Promise<T>
  /** Directory for traces. */
  work: string
}

export async function inject({ run, fleet, store, broker, steady, work }: InjectOptions): Promise<Injected> {
  const startedMs = performance.now()
  const injected: Injected = { ingestKills: 0, storeKills: 0, brokerKills: 0, insideInsert: 0, journal: [] }
  const tell = (text: string): void =>
    void injected.journal.push(`${((performance.now() - startedMs) / 1000).toFixed(1)} s ${text}`)
  let traces = 0
  let turn = run.seed % 2

  const killIngest = async (downMs: number): Promise<void> => {
    const before = await store.counts().catch(() => undefined)
    if (!(await fleet.kill(turn++))) return tell('no ingest process was there to be killed')
    injected.ingestKills++
    await sleep(100)
    const after = await store.counts().catch(() => undefined)
    const met = before !== undefined && after !== undefined && after.abandoned > before.abandoned
    if (met) injected.insideInsert++
    tell(`ingest killed${met ? ' INSIDE AN INSERT: the store was left without its client' : ''}`)
    await sleep(downMs)
    await fleet.add()
  }
  const onIngest = async (fault: IngestFault): Promise<void> => {
    switch (fault.kind) {
      case 'kill':
        return killIngest(fault.downMs)
      case 'zombie':
        await store.set({ kind: 'stall', ms: fault.stallMs, code: 0, table: '' }).catch(() => undefined)
        for (let tries = 0; tries < 20; tries++) {
          if (((await store.counts().catch(() => undefined))?.running ?? 0) > 0) break
          await sleep(50)
        }
        tell(`inserts held back for ${fault.stallMs} ms`)
        return killIngest(fault.downMs)
      case 'join':
        await fleet.add()
        return tell('ingest joined')
      case 'leave':
        await fleet.leave()
        if (fleet.size < 2) await fleet.add()
        return tell('ingest left in order')
    }
  }
  const onStore = async (fault: StoreFault): Promise<void> => {
    if (fault.kind !== 'kill' && fault.kind !== 'kill-at-call') {
      await store.set(fault).catch(() => undefined)
      tell(
        `store: ${fault.kind} ${fault.table || 'all inserts'} for ${fault.ms} ms${fault.kind === 'stall' ? '' : `, code ${fault.code}`}`,
      )
      return sleep(fault.ms)
    }
    const trace = join(work, `run-${run.number}-${traces++}.trace`)
    const at = fault.kind === 'kill' ? undefined : { call: fault.call, nth: fault.nth, trace }
    const death = await store.kill(fault.downMs, at)
    injected.storeKills++
    if (death.inside) injected.insideInsert++
    const where = death.target.replace('the service', 'the store')
    tell(`killed ${where}${death.inside ? ` INSIDE AN INSERT: ${death.evidence[0]}` : ''}`)
  }
  const onBroker = (fault: BrokerFault): Promise<void> =>
    steady(async () => {
      if (fault.kind === 'suspend') {
        broker.suspend()
        await sleep(fault.ms)
        broker.resume()
        return tell(`broker suspended for ${fault.ms} ms`)
      }
      await broker.kill()
      injected.brokerKills++
      await sleep(fault.downMs)
      await broker.restart()
      tell('broker killed and back')
    })

  await Promise.all([lane(run.ingest, onIngest), lane(run.store, onStore), lane(run.broker, onBroker)])
  return injected
}

async function lane<T>(faults: readonly Timed<T>[], meet: (fault: T) => Promise<void>): Promise<void> {
  for (const fault of faults) {
    await sleep(fault.afterMs)
    await meet(fault)
  }
}

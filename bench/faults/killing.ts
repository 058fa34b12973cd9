// One kill: waits for its moment, kills, and gathers what proves where it struck. Evidence is of two kinds: the system
// call that an injected kill met, as strace saw it, and unfinished parts on disk, looked at before anything is started
// again.
import { setTimeout as sleep } from 'node:timers/promises'
import type { ServiceProcess } from '#test/support/service-process.ts'
import type { Import } from './importing.ts'
import { tableOf, unfinishedInserts } from './part-files.ts'
import type { Kill } from './plan.ts'
import { injectKill } from './strace-kill.ts'

export interface Death {
  /** In the middle of an insert, proven. */
  inside: boolean
  /** The work that it should interrupt was under way. */
  during: boolean
  target: string
  evidence: string[]
}

export interface Target {
  service: Pick<ServiceProcess, 'pid' | 'kill'> & { exited: Promise<unknown> }
  importer?: Import
  dataDir: string
  /** Settles when it is time. */
  moment: Promise<unknown>
  /** Whether the work that the kill should interrupt still goes on. */
  working(): boolean
  /** File for strace. */
  trace: string
  /** ms in which an injected kill must come; default 15 s. */
  injectionMsMax?: number
}

export async function killInside(
  kill: Kill,
  { service, importer, dataDir, moment, working, trace, injectionMsMax = 15_000 }: Target,
): Promise<Death> {
  await moment
  switch (kill.kind) {
    case 'importer': {
      importer!.kill()
      const { signal } = await importer!.exited
      return {
        inside: false,
        during: signal !== null,
        target: signal === null ? 'nobody: the importer had ended already' : 'the importer at a random moment',
        evidence: [],
      }
    }
    case 'service': {
      service.kill('SIGKILL')
      await service.exited
      const evidence = await leftovers(dataDir)
      return { inside: evidence.length > 0, during: working(), target: 'the service at a random moment', evidence }
    }
    case 'call': {
      const target = `the service on entry to ${kill.call} number ${kill.nth} of a thread`
      await using injection = injectKill({ pid: service.pid, call: kill.call, nth: kill.nth, trace })
      await injection.attached
      const late = await Promise.race([service.exited.then(() => false), sleep(injectionMsMax, true)])
      if (late) service.kill('SIGKILL')
      await service.exited
      const evidence = await leftovers(dataDir)
      const last = late ? undefined : await injection.last()
      const met = last === undefined ? undefined : `${short(last)} of table ${(await tableOf(dataDir, last)) || '?'}`
      if (met !== undefined) evidence.unshift(`met ${met}`)
      if (last?.includes('/tmp_merge_') === true) evidence.push('inside a merge')
      const inside = last?.includes('tmp_insert_') === true || evidence.some((line) => line.startsWith('left '))
      return { inside, during: working(), target: late ? `${target}: it never came, killed at rest` : target, evidence }
    }
  }
}

async function leftovers(dataDir: string): Promise<string[]> {
  const inserts = await unfinishedInserts(dataDir)
  return inserts.map(({ table, directory, files }) => `left ${table}/${directory} with ${files} files`)
}

/** A call without the directories that are the same in all of them. */
const short = (call: string): string =>
  call.replaceAll(/"[^"]*\/store\/[0-9a-f]{3}\/([0-9a-f]{8})[0-9a-f-]*\//g, '"…$1/').slice(0, 300)

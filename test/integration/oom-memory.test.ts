// How much memory an OOM-killed process had is in its pod's record, in whichever order the kernel's two lines about the
// kill come, and of the kill of that process alone.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { raw } from '#shared/clickhouse/sql.ts'
import { openProjectorService, type ProjectorService } from '#test/support/projector-service.ts'
import { ended, podOf } from '#test/support/two-lives.ts'

let service: ProjectorService
beforeAll(async () => (service = await openProjectorService()))
afterAll(() => service[Symbol.asyncDispose]())

const uidOf = (i: number) => `5b0c000${i}-7d1e-4f2a-9b3c-000000000042`
const kernel = (ms: number, message: string) => ({
  time: `2026-11-23T09:09:00.${ms}Z`,
  unit: 'kernel',
  node: 'n1',
  message,
})
const ofCgroup = (uid: string, pid: number, ms = 100) =>
  kernel(ms, `oom-kill:constraint=CONSTRAINT_MEMCG,task_memcg=/kubepods/pod${uid},task=java,pid=${pid},uid=0`)
const ofMemory = (pid: number, mib: number, ms = 101, name = 'java') =>
  kernel(ms, `Memory cgroup out of memory: Killed process ${pid} (${name}) total-vm:9kB, anon-rss:${mib * 1024}kB, file-rss:0kB`)

const die = (uid: string) =>
  service.tell(podOf(uid, 0, [ended(uid, 0, '09:00:00', '09:09:00', [137, 'OOMKilled']), {}], { version: 2 }))
async function recorded(uid: string): Promise<string> {
  const [row] = await service.store.rows<{ record: string }>({
    sql: raw(`SELECT argMax(record, revision) AS record FROM pod_revisions WHERE uid = '${uid}'`),
  })
  return (JSON.parse(row!.record) as { cause: string }).cause
}
const oomKilled = 'app was OOM-killed (exit code 137, SIGKILL) at 09:09:00 UTC'

test.each([
  ['first', [1, 0]],
  ['last', [0, 1]],
])('the line with the memory comes %s, in an insert of its own', async (_, order) => {
  const uid = uidOf(order[0]!)
  const pid = 100 + order[0]!
  await die(uid)
  await service.project()
  const lines = [ofCgroup(uid, pid), ofMemory(pid, 640)]
  for (const i of order) {
    await service.say([lines[i]!])
    await service.project()
  }
  expect(await recorded(uid)).toBe(`${oomKilled}; java used 640Mi; it had no memory limit of its own`)
})

test('the memory of another process, or of one of that number at another time, is not taken for it', async () => {
  const uid = uidOf(3)
  await die(uid)
  await service.say([
    ofCgroup(uid, 7),
    ofMemory(8, 1),
    ofMemory(7, 2, 102, 'sh'),
    { ...ofMemory(7, 3), time: '2026-11-23T09:08:57Z' },
  ])
  await service.project()
  expect(await recorded(uid)).toBe(`${oomKilled}; it had no memory limit of its own`)
})

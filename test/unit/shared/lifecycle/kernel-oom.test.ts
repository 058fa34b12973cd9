import { expect, test } from 'vitest'
import { readKernelOom, readKilledProcess, withoutCgroups } from '#shared/lifecycle/kernel-oom.ts'

const id = '9f8e7d6c5b4a39281706f5e4d3c2b1a09f8e7d6c5b4a39281706f5e4d3c2b1a0'
const uid = '5b0c0003-7d1e-4f2a-9b3c-000000000003'

test('systemd cgroups, their uid with underscores', () => {
  const slice = `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${uid.replaceAll('-', '_')}.slice`
  expect(
    readKernelOom(
      `oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=cri-containerd-${id}.scope,mems_allowed=0,oom_memcg=${slice}/cri-containerd-${id}.scope,task_memcg=${slice}/cri-containerd-${id}.scope,task=java,pid=4711,uid=1000`,
    ),
  ).toEqual({ podUid: uid, containerId: id, process: 'java', pid: '4711', ofNode: false })
})

test('cgroupfs, a static pod’s uid, the whole node out of memory, words before', () => {
  const line = `[12.5] oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/kubepods/besteffort/pod${'ab'.repeat(16)}/${id},task=etcd,pid=9,uid=0`
  expect(readKernelOom(line)).toEqual({ podUid: 'ab'.repeat(16), containerId: id, process: 'etcd', pid: '9', ofNode: true })
})

test('kernels before 5.0', () => {
  const cgroup = `/kubepods/burstable/pod${uid}/${id}`
  expect(readKernelOom(`Task in ${cgroup} killed as a result of limit of ${cgroup}`)).toMatchObject({
    podUid: uid,
    containerId: id,
  })
})

test.each([
  `Memory cgroup out of memory: Killed process 4711 (java) total-vm:1kB`,
  'java invoked oom-killer: gfp_mask=0xcc0',
  'oom-kill:constraint=',
])('%s names no container', (line) => {
  expect(readKernelOom(line)).toBeUndefined()
})

test.each([
  [
    '[92459.57] Memory cgroup out of memory: Killed process 29058 (java) total-vm:3376363kB, anon-rss:655240kB, file-rss:8404kB, shmem-rss:0kB, UID:65534 pgtables:1776kB oom_score_adj:984',
    { pid: '29058', process: 'java', used: '655240Ki' },
  ],
  [
    'Out of memory: Killed process 9 (a) b) total-vm:10kB, anon-rss:100kB, file-rss:4kB, shmem-rss:24kB, UID:0 pgtables:1kB oom_score_adj:1',
    { pid: '9', process: 'a) b', used: '124Ki' },
  ],
  [
    'Killed process 4711 (uwsgi), UID 1000, total-vm:1kB, anon-rss:7kB, file-rss:0kB',
    { pid: '4711', process: 'uwsgi', used: '7Ki' },
  ],
])('%s says what the process had', (line, expected) => {
  expect(readKilledProcess(line)).toMatchObject(expected)
  expect(readKilledProcess(line)!.text).toBe(line.replace('[92459.57] ', ''))
})

test('the line of a cgroup is told without the paths, which fill a screen', () => {
  const slice = '/kubepods.slice/kubepods-burstable.slice/cri-containerd-1.scope'
  expect(
    withoutCgroups(
      `[9.1] oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=x,mems_allowed=0,oom_memcg=${slice},task_memcg=${slice},task=java,pid=29058,uid=65534`,
    ),
  ).toBe('oom-kill:constraint=CONSTRAINT_MEMCG,…,task=java,pid=29058,uid=65534')
  expect(withoutCgroups(`Task in ${slice} killed as a result of limit of ${slice}`)).toBe(
    'Task in /kubepods/… killed as a result of limit of /kubepods/…',
  )
})

test('a long hostile line takes no time', () => {
  const before = performance.now()
  for (const line of [
    `Killed process 1 (${'('.repeat(1e6)}`,
    'Killed process 1 (a) '.repeat(50_000),
    'Out of memory'.repeat(80_000),
  ])
    readKilledProcess(line)
  expect(performance.now() - before).toBeLessThan(500)
})

import { expect, test } from 'vitest'
import { readKernelOom } from '#shared/lifecycle/kernel-oom.ts'

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

import { describe, expect, test } from 'vitest'
import { lifeOutcomeOf } from '#shared/lifecycle/life-outcome.ts'
import { podInWords } from '#shared/lifecycle/explain-pod.ts'
import { newestLives, podOutcome } from '#shared/lifecycle/outcome.ts'
import { evidenceOf, fixture, type KubernetesObject } from '#test/support/kubernetes.ts'
import { pod, status, running, ended, deleted, both, gone, event, looping, lastState } from '#test/support/pod-shapes.ts'

describe('pods of several containers', () => {
  const two = (app: object, proxy: object, phase: string) => (object: KubernetesObject) => {
    object['status'].phase = phase
    object['status'].containerStatuses = [
      { name: 'app', restartCount: 0, ...app },
      { name: 'proxy', restartCount: 0, ...proxy },
    ]
  }
  test.each([
    ['one completed, one runs', two(ended(0), running(), 'Running'), 'running'],
    ['one crash-loops, one runs', two({ ...looping, ...lastState(ended(1)) }, running(), 'Running'), 'crashed'],
    ['one failed, one completed later', two(ended(1, '10:30:00'), ended(0, '10:31:00'), 'Failed'), 'crashed'],
    [
      'one crash-loops, then the pod is deleted',
      both(two({ ...looping, ...lastState(ended(1, '10:20:00')) }, ended(143, '10:30:01'), 'Running'), deleted()),
      'crashed',
    ],
    [
      'one had completed, then the pod is deleted',
      both(two(ended(0, '10:20:00'), ended(143, '10:30:01'), 'Running'), deleted()),
      'deleted',
    ],
  ])('%s', (_, change, outcome) => expect(podOutcome(evidenceOf(pod(change))).outcome).toBe(outcome))

  test('a sidecar killed after the Job completed changes nothing', () => {
    const job = pod((object) => {
      status(ended(0, '10:30:00'), 'Succeeded')(object)
      object['spec'].initContainers = [{ name: 'proxy', restartPolicy: 'Always' }]
      object['status'].initContainerStatuses = [{ name: 'proxy', restartCount: 0, ...ended(137, '10:30:31') }]
    })
    expect(podOutcome(evidenceOf(job, event('Killing', 'Stopping container proxy', '10:30:00', 'proxy')))).toMatchObject({
      outcome: 'completed',
      exitCode: 0,
    })
  })
})

describe('a sidecar or a debug container that was stopped once the work was done', () => {
  const job = (app: object, beside: object, phase = 'Succeeded', kind: 'sidecar' | 'ephemeral' = 'sidecar') =>
    pod((object) => {
      status(app, phase)(object)
      if (kind === 'sidecar') object['spec'].initContainers = [{ name: 'proxy', restartPolicy: 'Always' }]
      const statuses = kind === 'sidecar' ? 'initContainerStatuses' : 'ephemeralContainerStatuses'
      object['status'][statuses] = [{ name: 'proxy', restartCount: 0, ...beside }]
    })
  const proxyOf = (...objects: unknown[]) => {
    const evidence = evidenceOf(...objects)
    const verdict = podOutcome(evidence)
    const newest = new Set(newestLives(evidence.lives))
    const lives = evidence.lives.filter(({ container }) => container === 'proxy')
    return [verdict.outcome, ...lives.map((life) => lifeOutcomeOf(life, verdict, newest.has(life)))]
  }
  const done = ended(0, '10:30:00')
  test.each([137, 143, 1, 2, 0])('ended with its pod, whatever its exit code: %i', (exitCode) => {
    expect(proxyOf(job(done, ended(exitCode, '10:30:31')))).toEqual(['completed', 'completed'])
    expect(proxyOf(job(done, ended(exitCode, '10:30:31'), 'Succeeded', 'ephemeral'))).toEqual(['completed', 'completed'])
  })
  test('ended with its pod where nobody told how', () => {
    expect(proxyOf(job(done, running()))).toEqual(['completed', 'completed'])
    expect(proxyOf(job(done, ended(137, '10:30:31', 'ContainerStatusUnknown')))).toEqual(['completed', 'completed'])
  })
  test('has the outcome of a pod that failed, unless it took its end well', () => {
    expect(proxyOf(job(ended(1, '10:30:00'), ended(143, '10:30:31'), 'Failed'))).toEqual(['crashed', 'crashed'])
    expect(proxyOf(job(ended(1, '10:30:00'), ended(0, '10:30:31'), 'Failed'))).toEqual(['crashed', 'completed'])
  })
  test('died of its own where it died before, was OOM-killed, or was started again', () => {
    expect(proxyOf(job(done, ended(137, '10:29:00')))).toEqual(['completed', 'crashed'])
    expect(proxyOf(job(done, ended(137, '10:30:31', 'OOMKilled')))).toEqual(['completed', 'oomkilled'])
    const again = { restartCount: 1, ...ended(143, '10:30:31'), ...lastState(ended(7, '10:10:00')) }
    expect(proxyOf(job(done, again))).toEqual(['completed', 'crashed', 'completed'])
  })
  test('is not stopped while the work is not done', () => {
    expect(proxyOf(job(running(), ended(1, '10:30:31'), 'Running'))).toEqual(['running', 'crashed'])
    const again = { restartCount: 0, state: { waiting: { reason: 'ContainerCreating' } }, ...lastState(done) }
    expect(proxyOf(job(again, ended(1, '10:30:31'), 'Running'))).toEqual(['running', 'crashed'])
  })
  test.each([137, 143, 1, 0])('ended with its pod also before the phase says so: %i', (exitCode) => {
    expect(proxyOf(job(done, ended(exitCode, '10:30:31'), 'Running'))).toEqual(['completed', 'completed'])
    expect(proxyOf(job(done, ended(exitCode, '10:30:31'), 'Running', 'ephemeral'))).toEqual(['completed', 'completed'])
  })
  test('died of its own before the phase says so, as afterwards', () => {
    expect(proxyOf(job(done, ended(137, '10:29:00'), 'Running'))).toEqual(['completed', 'crashed'])
    expect(proxyOf(job(done, ended(137, '10:30:31', 'OOMKilled'), 'Running'))).toEqual(['completed', 'oomkilled'])
    expect(proxyOf(job(done, running(), 'Running'))).toEqual(['completed', 'running'])
  })
})

describe('lives of a pod', () => {
  const livesOf = (...objects: unknown[]) => {
    const evidence = evidenceOf(...objects)
    const verdict = podOutcome(evidence)
    const newest = new Set(newestLives(evidence.lives))
    return evidence.lives
      .toSorted((a, b) => a.restart! - b.restart!)
      .map((life) => [life.restart, lifeOutcomeOf(life, verdict, newest.has(life))])
  }
  test.each([
    ['a crash loop', [fixture('pod-crash-loop')], [[4, 'crashed']]],
    [
      'killed once, runs',
      [fixture('pod-oom-restarted')],
      [
        [1, 'oomkilled'],
        [2, 'running'],
      ],
    ],
    ['ended by a deletion', [fixture('watch-deleted-healthy')], [[0, 'deleted']]],
    ['ended by a drain with exit 0', [fixture('watch-evicted-api')], [[0, 'evicted']]],
    ['ended by an eviction', [fixture('pod-evicted-disk')], [[0, 'evicted']]],
    ['ended by a node shutdown', [fixture('pod-node-shutdown')], [[0, 'node-lost']]],
    [
      'last seen running, number 2 came and went unseen',
      [pod(status({ restartCount: 1, ...running() }), 1), pod(status({ restartCount: 3, ...running('11:00:00') }), 2)],
      [
        [1, 'unknown'],
        [3, 'running'],
      ],
    ],
    [
      'an early crash stays one',
      [
        gone(
          pod(
            both(status({ restartCount: 1, ...ended(143, '10:30:01'), ...lastState(ended(7, '09:00:00')) }, 'Failed'), deleted()),
          ),
        ),
      ],
      [
        [0, 'crashed'],
        [1, 'deleted'],
      ],
    ],
  ])('%s', (_, objects, expected) => expect(livesOf(...objects)).toEqual(expected))
})

describe('lives of a pod that the kubelet ended without saying when', () => {
  const outcomesOf = (...objects: unknown[]) => {
    const evidence = evidenceOf(...objects)
    const verdict = podOutcome(evidence)
    const newest = new Set(newestLives(evidence.lives))
    return [verdict.outcome, ...evidence.lives.map((life) => lifeOutcomeOf(life, verdict, newest.has(life)))]
  }
  const reasons = [
    ['Evicted', 'evicted'],
    ['Preempting', 'evicted'],
    ['Terminated', 'node-lost'],
    ['NodeShutdown', 'node-lost'],
    ['Shutdown', 'node-lost'],
  ] as const
  test.each(reasons)('ended with it, whatever their exit codes: %s', (reason, outcome) => {
    for (const exitCode of [0, 1, 137, 143]) {
      const failed = status(ended(exitCode, '10:22:10'), 'Failed', { reason, message: 'm' })
      expect(outcomesOf(pod(failed))).toEqual([outcome, outcome])
      expect(outcomesOf(gone(pod(both(failed, deleted('11:00:00')))))).toEqual([outcome, outcome])
    }
    const succeeded = pod(status(ended(0, '10:22:10'), 'Succeeded', { reason, message: 'm' }))
    expect(outcomesOf(succeeded)).toEqual([outcome, outcome])
    expect(podOutcome(evidenceOf(succeeded))).toMatchObject({ reason, exitCode: 0 })
  })
  test('also where only the condition tells when', () => {
    const condition = { type: 'DisruptionTarget', status: 'True', reason: 'TerminationByKubelet', message: 'm' }
    const object = pod((of) => {
      status(ended(0, '10:22:10'), 'Failed', { reason: 'Evicted', message: 'm' })(of)
      of['status'].conditions = [{ ...condition, lastTransitionTime: '2026-11-23T10:22:03Z' }]
    })
    expect(outcomesOf(object)).toEqual(['evicted', 'evicted'])
  })
  test('an OOM kill stays one, and so does the end of a container long before', () => {
    const evicted = { reason: 'Evicted', message: 'm' }
    expect(outcomesOf(pod(status(ended(137, '10:22:10', 'OOMKilled'), 'Failed', evicted)))).toEqual(['evicted', 'oomkilled'])
    const two = (exitCode: number, clock: string) =>
      pod((object) => {
        status(ended(143, '10:22:10'), 'Failed', evicted)(object)
        object['status'].containerStatuses.push({ name: 'batch', restartCount: 0, ...ended(exitCode, clock) })
      })
    expect(outcomesOf(two(0, '10:10:00'))).toEqual(['evicted', 'evicted', 'completed'])
    expect(outcomesOf(two(1, '10:10:00'))).toEqual(['evicted', 'evicted', 'crashed'])
    expect(outcomesOf(two(0, '10:22:00'))).toEqual(['evicted', 'evicted', 'evicted'])
  })
  test('a pod that was only lost from sight, or passed its deadline, and succeeded, completed', () => {
    for (const reason of ['NodeLost', 'DeadlineExceeded'])
      expect(outcomesOf(pod(status(ended(0), 'Succeeded', { reason })))).toEqual(['completed', 'completed'])
  })
})

describe('an Event of an OOM kill, where the status says no more than 137', () => {
  const oom = (clock: string, container = '') =>
    event('OOMKilling', 'Memory cgroup out of memory: Killed process 1 (java)', clock, container, 'kernel-monitor')
  const outcomesOf = (...objects: unknown[]) => {
    const evidence = evidenceOf(...objects)
    const verdict = podOutcome(evidence)
    const newest = new Set(newestLives(evidence.lives))
    const words = podInWords(verdict, { evidence, events: evidence.events, memoryLimits: {} })
    return [verdict.outcome, ...evidence.lives.map((life) => lifeOutcomeOf(life, verdict, newest.has(life))), words]
  }
  test('is the death of pod and life, and the sentence says so', () => {
    const words = 'app was OOM-killed (exit code 137, SIGKILL) at 10:30:00 UTC'
    const object = pod(status(ended(137), 'Failed'))
    expect(outcomesOf(object, oom('10:29:59'))).toEqual(['oomkilled', 'oomkilled', words])
    expect(outcomesOf(oom('10:29:59', 'app'), object)).toEqual(['oomkilled', 'oomkilled', words])
  })
  test('is that of the life that it fell into, of a pod that runs again', () => {
    const again = pod(status({ restartCount: 1, ...running('10:31:00'), ...lastState(ended(137)) }))
    expect(outcomesOf(again, oom('10:29:59')).slice(0, 3)).toEqual(['oomkilled', 'oomkilled', 'running'])
  })
  test('is also that of a pod that was being deleted', () => {
    const object = gone(pod(both(status(ended(137, '10:30:05'), 'Failed'), deleted())))
    expect(outcomesOf(object, oom('10:30:04')).slice(0, 2)).toEqual(['oomkilled', 'oomkilled'])
    expect(outcomesOf(object, oom('10:10:00')).slice(0, 2)).toEqual(['deleted', 'deleted'])
  })
  test.each([
    ['of another container', 137, oom('10:29:59', 'proxy')],
    ['from before its start', 137, oom('09:59:00')],
    ['long before its end', 137, oom('10:10:00')],
    ['beside another exit code', 1, oom('10:29:59')],
  ])('is not %s', (_, exitCode, told) => {
    expect(outcomesOf(pod(status(ended(exitCode), 'Failed')), told).slice(0, 2)).toEqual(['crashed', 'crashed'])
  })
  test('is not of an end that the kubelet made up', () => {
    const object = pod(status(ended(137, '10:30:00', 'ContainerStatusUnknown'), 'Failed'))
    expect(outcomesOf(object, oom('10:29:59'))[1]).toBe('unknown')
  })
})

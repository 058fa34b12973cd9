import { describe, expect, test } from 'vitest'
import { lifeOutcomeOf } from '#shared/lifecycle/life-outcome.ts'
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

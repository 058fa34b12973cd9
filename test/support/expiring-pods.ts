// Pods of 2026-11-23 and their lines, for tests that let the day expire.
import { fixture, type KubernetesObject } from './kubernetes.ts'
import { both, ended, status } from './pod-shapes.ts'

export const dayMs = 86_400_000
export const start = Date.parse('2026-11-23T09:00:00Z')

/** A pod that began at 09:00; what became of its container `app` is `change`. */
export const podOf = (uid: string, change: (object: KubernetesObject) => void): KubernetesObject =>
  fixture('pod-replacement', (object) => {
    Object.assign(object['metadata'], { uid, name: `${uid}-0`, resourceVersion: '1' })
    both(change)(object)
  })
/** A line every half minute of an hour: 121. */
export const hourOf = (uid: string, more: object = {}): object[] =>
  Array.from({ length: 121 }, (_, i) => ({
    time: new Date(start + i * 30_000).toISOString(),
    namespace: 'shop',
    pod: `${uid}-0`,
    podUid: uid,
    container: 'app',
    restart: 0,
    message: `${uid} ${i}`,
    ...more,
  }))
export const died = (exitCode: number) => (object: KubernetesObject) => {
  status(ended(exitCode, '10:00:00'), exitCode === 0 ? 'Succeeded' : 'Failed')(object)
  object['status'].containerStatuses[0].state.terminated.startedAt = '2026-11-23T09:00:00Z'
}

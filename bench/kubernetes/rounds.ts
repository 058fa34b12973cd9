// The pods of a campaign, driven by kubectl a round at a time: one step of each story per round, so that what a kubelet
// tells while nobody watches is told once more by what the API server keeps. Whoever kills the API server meanwhile: a
// command that fails is given again.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../storage/random.ts'
import type { KubernetesObject } from '#test/support/kubernetes.ts'
import type { Cluster } from './cluster.ts'
import { tellFate, type FateOptions } from './fates.ts'
import type { Step, Story } from './story.ts'

interface DrivenPod extends Story {
  uid: string
}

export const namespace = 'proof'

export interface Rounds {
  /** Of all pods that there ever were. */
  readonly pods: readonly DrivenPod[]
  /** One step of each; false where no story goes on. */
  next(): Promise<boolean>
}

const triesMax = 8

/** Creates a pod per fate. */
export async function startRounds(cluster: Cluster, fates: readonly FateOptions[], random: Random): Promise<Rounds> {
  const pods: DrivenPod[] = []

  async function create(stories: readonly Story[]): Promise<void> {
    const items = stories.map(({ name, node, restartPolicy }) => manifest(name, node, restartPolicy))
    await persist(async () => {
      await cluster.kubectl(['apply', '-f', '-'], list(items))
      const names = stories.map(({ name }) => name)
      const made = JSON.parse(await cluster.kubectl(['get', 'pods', '-n', namespace, '-o', 'json'])) as KubernetesObject
      for (const { metadata } of made.items as KubernetesObject[])
        if (names.includes(metadata.name) && !pods.some(({ uid }) => uid === metadata.uid))
          pods.push(
            Object.assign(
              stories.find(({ name }) => name === metadata.name)!,
              { uid: metadata.uid as string },
            ),
          )
    })
  }

  const restarted = (pod: DrivenPod): Story => tellFate({ name: pod.name, node: pod.node, random, fate: 'running' })

  async function take(steps: readonly { pod: DrivenPod; step: Step }[]): Promise<void> {
    const statuses = steps.flatMap(({ pod, step }) =>
      step.do === 'status' ? [{ ...manifest(pod.name, pod.node, pod.restartPolicy), status: step.status }] : [],
    )
    if (statuses.length > 0) await persist(() => cluster.kubectl(['replace', '--subresource=status', '-f', '-'], list(statuses)))
    for (const graceS of [30, 0]) {
      const names = steps.flatMap(({ pod, step }) => (step.do === 'delete' && step.graceS === graceS ? [pod.name] : []))
      const how = [`--grace-period=${graceS}`, ...(graceS === 0 ? ['--force'] : []), '--wait=false', '--ignore-not-found']
      if (names.length > 0) await persist(() => cluster.kubectl(['delete', 'pods', '-n', namespace, ...how, ...names]))
    }
    for (const { pod, step } of steps) if (step.do === 'evict') await persist(() => cluster.evict(namespace, pod.name))
    const again = steps.filter(({ step }) => step.do === 'create').map(({ pod }) => restarted(pod))
    if (again.length > 0) await create(again)
  }

  await create(fates.map((fate) => tellFate(fate)))
  return {
    pods,
    next: async () => {
      const steps = pods.flatMap((pod) => {
        const { done, value } = pod.steps.next()
        return done === true ? [] : [{ pod, step: value }]
      })
      await take(steps)
      return steps.length > 0
    },
  }
}

export async function persist<T>(act: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await act()
    } catch (error) {
      if (tries === triesMax) throw error
      await sleep(500 * tries)
    }
  }
}

export const list = (items: readonly KubernetesObject[]) => ({ apiVersion: 'v1', kind: 'List', items })

const manifest = (name: string, node: string, restartPolicy: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, labels: { app: name.split('-')[0] } },
  spec: {
    nodeName: node,
    restartPolicy,
    terminationGracePeriodSeconds: 30,
    containers: [{ name: 'app', image: 'registry.example/app:1' }],
  },
})

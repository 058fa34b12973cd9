// The requests of bench/pods.ts by kind. Each is made from a pod drawn at random, the same ones in every run of a seed.
import { createRandom } from '../storage/random.ts'
import { podOf, type Pod, type PopulationOptions } from './population.ts'

export interface Kind {
  request: string
  path: () => string
}

export interface KindsOptions {
  options: PopulationOptions
  large: readonly Pod[]
  /** Path of the deep page; undefined where it cannot be reached. */
  deep: string | undefined
}

export const deepPage = 50

export function podKinds({ options, large, deep }: KindsOptions): Kind[] {
  const random = createRandom(options.seed)
  const draw = (suits: (pod: Pod) => boolean): Pod => {
    for (;;) {
      const pod = podOf(options, random.int(options.pods))
      if (suits(pod)) return pod
    }
  }
  const any = (make: (pod: Pod) => string) => (): string => make(draw(() => true))
  const dead = (make: (pod: Pod) => string) => (): string => make(draw(({ ending }) => ending !== undefined))
  const middle = ({ bornMs, endedMs }: Pod): number => Math.round((bornMs + (endedMs ?? options.untilMs)) / 2)
  const kinds: Record<string, () => string> = {
    'first page': () => '/v1/pods',
    ...(deep === undefined ? {} : { [`page ${deepPage}`]: () => deep }),
    'first page of a namespace': any(({ namespace }) => `/v1/pods?namespace=${namespace}`),
    'by name': any(({ namespace, name }) => `/v1/pods?namespace=${namespace}&name=${name}`),
    'by a frequent outcome': () => '/v1/pods?outcome=completed',
    'by a rare outcome': () => '/v1/pods?outcome=evicted',
    running: () => '/v1/pods?outcome=running',
    'by owner': any(({ owner }) => `/v1/pods?owner=${owner.kind}/${owner.name}`),
    'by label': any(({ app }) => `/v1/pods?label=app%3D${app}`),
    'by a label of every third pod': () => '/v1/pods?label=tier%3Dweb',
    'by IP at a time': any((pod) => `/v1/pods?ip=${pod.ip}&at=${middle(pod)}`),
    'by node at a time': any((pod) => `/v1/pods?node=${pod.node}&at=${middle(pod)}`),
    'by the begin of a container id': any(({ lives }) => `/v1/pods?containerId=${lives[0]!.containerId.slice(0, 12)}`),
    'by image digest': any(({ digest }) => `/v1/pods?image=${digest}`),
    'by Event': any(({ event }) => `/v1/pods?event=${event}`),
    obituary: dead(({ uid }) => `/v1/pods/${uid}/obituary`),
    'one small dead pod': dead(({ uid }) => `/v1/pods/${uid}`),
    'one small living pod': () => `/v1/pods/${draw(({ ending, isLarge }) => ending === undefined && !isLarge).uid}`,
    'one pod without uid in its lines': () => `/v1/pods/${draw(({ withoutUid }) => withoutUid).uid}`,
    'one large pod': () => `/v1/pods/${random.pick(large).uid}`,
    'newest lines of a large pod': () => `/v1/pods/${random.pick(large).uid}/logs`,
  }
  return Object.entries(kinds).map(([request, path]) => ({ request, path }))
}

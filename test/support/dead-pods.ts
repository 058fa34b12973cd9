// Dead pods of several namespaces, owners, nodes and images, as the API reports them, for routes about deaths.
const at = (clock: string) => `2026-11-23T${clock}Z`

export interface DeadPod {
  uid: string
  name?: string
  namespace?: string
  /** `Deployment/cart` is behind a ReplicaSet `cart-<hash>`. */
  owner?: string
  node?: string
  image?: string
  container?: string
  /** Start and end of each life, oldest first, with the exit code of the end. The last one may still run. */
  lives: readonly (readonly [from: string, to: string, exitCode: number] | readonly [from: string])[]
}

/** One Pod object for each restart, as a watch has them: each names its life and the one before. */
export function deadPod(pod: DeadPod): object[] {
  return pod.lives.map((_, restart) => podAt(pod, restart))
}

function podAt({ uid, namespace = 'shop', owner, node = 'n1', image = 'app:1', lives, ...pod }: DeadPod, restart: number) {
  const { container = 'app', name: podName = `pod-${uid}` } = pod
  const stateOf = (life: number): object => {
    const [from, to, exitCode] = lives[life]!
    if (to === undefined) return { running: { startedAt: at(from) } }
    const reason = exitCode === 137 ? 'OOMKilled' : exitCode === 0 ? 'Completed' : 'Error'
    const containerID = `containerd://${uid}-${life}`
    return { terminated: { exitCode, reason, startedAt: at(from), finishedAt: at(to), containerID } }
  }
  const isOver = lives[restart]!.length === 3 && restart === lives.length - 1
  const [kind = '', name = ''] = owner?.split('/') ?? []
  const controller = kind === 'Deployment' ? { kind: 'ReplicaSet', name: `${name}-7d9f8b6c5` } : { kind, name }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: podName,
      namespace,
      uid,
      resourceVersion: String(100 + restart),
      creationTimestamp: at(lives[0]![0]),
      labels: kind === 'Deployment' ? { app: name, 'pod-template-hash': '7d9f8b6c5' } : {},
      ...(owner === undefined
        ? {}
        : { ownerReferences: [{ apiVersion: 'apps/v1', ...controller, uid: `of-${name}`, controller: true }] }),
    },
    spec: { nodeName: node, restartPolicy: isOver ? 'Never' : 'Always', containers: [{ name: container, image }] },
    status: {
      phase: isOver ? (lives[restart]![2] === 0 ? 'Succeeded' : 'Failed') : 'Running',
      startTime: at(lives[0]![0]),
      containerStatuses: [
        {
          name: container,
          restartCount: restart,
          image,
          imageID: `${image.split(':')[0]}@sha256:${'ab'.repeat(32)}`,
          containerID: `containerd://${uid}-${restart}`,
          state: stateOf(restart),
          ...(restart === 0 ? {} : { lastState: stateOf(restart - 1) }),
        },
      ],
    },
  }
}

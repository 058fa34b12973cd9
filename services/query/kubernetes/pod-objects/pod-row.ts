// Pure: the row of a pod in a table, which `kubectl get pods` prints.
import { since } from '../api/human-duration.ts'
import { column, type Resource } from '../api/api-object.ts'
import type { RenderedPod } from './pod-status.ts'

export const podResource: Resource = {
  apiVersion: 'v1',
  kind: 'Pod',
  plural: 'pods',
  columns: [
    column('Name', 'The newest pod of a name has it; older ones are NAME.UID-prefix.'),
    column('Outcome', 'How it ended: running, completed, crashed, oomkilled, evicted, node-lost, deleted or unknown.'),
    column('Restarts', 'Sum of the restart numbers of its containers.'),
    column('Lives', 'Container instances that are known.'),
    column('Died', 'Since its death.'),
    column('Age', 'Since it was created, or since its first line or fact.'),
    column('Node', 'Where it ran.'),
    column('Reason', 'Why it ended, or what it waits for.', 1),
    column('Owner', 'What made it.', 1),
    column('Cluster', 'Where it was.', 1),
    column('UID', 'Of the API, or of its log path.', 1),
  ],
}

export function podCells(
  name: string,
  { pod, verdict }: RenderedPod,
  createdAt: string | null,
  nowMs: number,
): string[] {
  const lives = pod.containers.reduce((sum, container) => sum + container.lives.length, 0)
  const { kind, name: owner } = pod.owner
  return [
    name,
    pod.outcome,
    pod.restarts === null ? '<unknown>' : String(pod.restarts),
    String(lives),
    pod.diedAt === null ? (verdict.over ? '<unknown>' : '<none>') : `${since(pod.diedAt, nowMs)} ago`,
    since(createdAt ?? pod.firstSeen, nowMs),
    pod.node === '' ? '<unknown>' : pod.node,
    pod.reason === '' ? '<none>' : pod.reason,
    kind === '' ? '<none>' : `${kind}/${owner}`,
    pod.cluster === '' ? '<none>' : pod.cluster,
    pod.uid,
  ]
}

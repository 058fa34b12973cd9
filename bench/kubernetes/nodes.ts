// The nodes of a campaign: they go silent, are tainted, come back and forget it. What was told of each is expected in
// `node_states`.
import type { Random } from '../storage/random.ts'
import type { KubernetesObject } from '#test/support/kubernetes.ts'
import type { Cluster } from './cluster.ts'
import { list, persist } from './rounds.ts'

export interface Nodes {
  readonly names: readonly string[]
  pick(): string
  /** Some nodes go silent, or come back. */
  next(): Promise<void>
  /** Sentences; `ask` queries the store. */
  differences(ask: (sql: string) => Promise<string>): Promise<string[]>
}

const taintKey = 'node.kubernetes.io/unreachable'

export async function createNodes(cluster: Cluster, random: Random): Promise<Nodes> {
  const names = Array.from({ length: 10 }, (_, i) => `node-${i}`)
  /** Since when it is silent. */
  const silent = new Map<string, string>()
  /** As `node what status since`. */
  const expected = new Set<string>()

  async function tell(node: string, ready: boolean): Promise<void> {
    const time = `${new Date().toISOString().slice(0, 19)}Z`
    const status = ready ? 'True' : 'Unknown'
    const condition = { type: 'Ready', status, reason: ready ? 'KubeletReady' : 'NodeStatusUnknown', lastTransitionTime: time }
    const taints = ready ? [] : [{ key: taintKey, effect: 'NoExecute', timeAdded: time }]
    const patch = (args: readonly string[], body: unknown) =>
      persist(() => cluster.kubectl(['patch', 'node', node, '--type=merge', ...args, '-p', JSON.stringify(body)]))
    await patch(['--subresource=status'], { status: { conditions: [condition] } })
    await patch([], { spec: { taints } })
    const since = `${time.slice(0, 10)} ${time.slice(11, 19)}`
    expected.add(`${node} Ready ${status} ${since}`)
    if (ready) silent.delete(node)
    else {
      silent.set(node, time)
      expected.add(`${node} taint:${taintKey} NoExecute ${since}`)
    }
  }

  const manifests = names.map((name): KubernetesObject => ({ apiVersion: 'v1', kind: 'Node', metadata: { name } }))
  await persist(() => cluster.kubectl(['apply', '-f', '-'], list(manifests)))
  for (const name of names) await tell(name, true)
  return {
    names,
    pick: () => random.pick(names),
    next: async () => {
      const node = random.pick(names)
      await tell(node, silent.has(node))
    },
    differences: async (ask) => {
      const text = await ask(`SELECT concat(node, ' ', what, ' ', status, ' ', substring(toString(since), 1, 19))
        FROM node_states FINAL WHERE what LIKE 'Ready' OR what LIKE 'taint:${taintKey}'`)
      const told = text.split('\n')
      const missing = [...expected].filter((state) => !told.includes(state))
      const more = told.filter((state, i) => !expected.has(state) || told.indexOf(state) !== i)
      return [...missing.map((state) => `node state missing: ${state}`), ...more.map((state) => `node state too many: ${state}`)]
    },
  }
}

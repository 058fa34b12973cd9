// Real ClickHouse servers for tests, made of the engine in libchdb: one alone, or a cluster of two shards with a front
// before them. What is real about them and what is missing: docs/cluster.md.
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../kafka/free-port.ts'
import { startFront, type Refusal } from './front.ts'
import { startNode, type ClickHouseNode } from './node.ts'
import type { NodeAddress, NodeUser } from './node-config.ts'
import { startRelay } from './relay.ts'

/** As AFTERLOG_CLICKHOUSE_CLUSTER names it. */
export const clusterName = 'afterlog'

/** ms that starting a cluster and migrating it may take on a machine that is busy with other things. */
export const clusterMsMax = 300_000

export interface TestCluster extends AsyncDisposable {
  /** Of the front. */
  url: string
  /** Holds the directories of the nodes. */
  dir: string
  /** Statements that a node refused. */
  readonly refused: readonly Refusal[]
  /** host:port of a shard, 0 or 1, as the other one knows it. */
  hostOf(shard: number): string
  /** HTTP of one node, past the front. */
  urlOf(shard: number): string
  /** Of the nodes that run. */
  pids(): number[]
  /** SIGKILL; resolves when it is gone. */
  kill(shard: number): Promise<void>
  /** On the same directory and ports; resolves when it answers. */
  restart(shard: number): Promise<void>
}

/**
 * Two shards of one node each, ready in about two seconds: empty, or with the data of those in the directory `from`.
 * Dispose it to kill them and remove their directories.
 */
export async function startCluster({ from }: { from?: string } = {}): Promise<TestCluster> {
  const dir = await mkdtemp(join(tmpdir(), 'afterlog-cluster-'))
  if (from !== undefined) await cp(from, dir, { recursive: true, verbatimSymlinks: true })
  const addresses = [await freeAddress(), await freeAddress()]
  const relays = await Promise.all(addresses.map(({ tcpPort }) => startRelay(tcpPort)))
  const start = (i: number): Promise<ClickHouseNode> =>
    startNode({
      dir: join(dir, `node-${i}`),
      ...addresses[i]!,
      shard: i + 1,
      // Itself it must know by its own port, to know that it is itself.
      clusters: { [clusterName]: addresses.map(({ tcpPort }, j) => (j === i ? tcpPort : relays[j]!.port)) },
    })
  const running: (ClickHouseNode | undefined)[] = await Promise.all([start(0), start(1)])
  const ports = addresses.map(({ httpPort }) => httpPort)
  const front = await startFront(ports, (port) => running[ports.indexOf(port)] !== undefined)
  const kill = async (shard: number): Promise<void> => {
    if (running[shard] === undefined) return
    const closed = relays[shard]!.close()
    await running[shard].kill()
    running[shard] = undefined
    await closed
  }
  return {
    url: front.url,
    dir,
    refused: front.refused,
    hostOf: (shard) => `127.0.0.1:${relays[shard]!.port}`,
    urlOf: (shard) => `http://127.0.0.1:${ports[shard]!}`,
    pids: () => running.flatMap((node) => (node === undefined ? [] : [node.pid])),
    kill,
    async restart(shard) {
      await kill(shard)
      running[shard] = await start(shard)
      await relays[shard]!.open()
    },
    async [Symbol.asyncDispose]() {
      await front[Symbol.asyncDispose]()
      await Promise.all([kill(0), kill(1)])
      await rm(dir, { recursive: true, force: true })
    },
  }
}

export interface ServerOptions {
  user?: NodeUser
  dir: string
  port?: number
}

/** One server without a cluster, ready in about a second and a half, on a directory and port that survive it. */
export async function startServer({ dir, port, user }: ServerOptions): Promise<ClickHouseNode> {
  const { tcpPort, httpPort } = await freeAddress()
  return startNode({ dir, tcpPort, httpPort: port ?? httpPort, shard: 1, clusters: {}, user })
}

async function freeAddress(): Promise<NodeAddress> {
  return { tcpPort: await freePort(), httpPort: await freePort() }
}

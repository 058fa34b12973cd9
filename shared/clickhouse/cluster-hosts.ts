// Finds the hosts of a ClickHouse cluster that do not answer. A statement ON CLUSTER waits for every host, by default
// for three minutes. So the check runs before such a statement, and after one that failed, to name the host.
import { AfterlogError } from '../errors.ts'
import { raw, sql, str } from './sql.ts'
import type { LogStore } from './store.ts'

/**
 * Rejects with `store-unavailable` and a sentence that names the hosts that do not answer, or with `internal` where the
 * cluster does not exist.
 */
export async function requireAllHosts(store: Pick<LogStore, 'rows'>, cluster: string): Promise<void> {
  const hosts = await hostsOf(store, cluster)
  const silent = hosts.filter((_, i) => !hosts[i]!.answers).map(({ name }) => name)
  if (silent.length === 0) return
  const subject = silent.length === 1 ? 'a host' : 'hosts'
  const verb = silent.length === 1 ? 'does' : 'do'
  throw new AfterlogError(
    'store-unavailable',
    `${subject} of the ClickHouse cluster ${cluster} ${verb} not answer: ${silent.join(', ')}. ` +
      'Tables are changed only while all hosts answer: start it, or take it out of remote_servers.',
    { retryAfterS: 5 },
  )
}

interface Host {
  /** host:port */
  name: string
  answers: boolean
}

async function hostsOf(store: Pick<LogStore, 'rows'>, cluster: string): Promise<Host[]> {
  const configured = await store.rows<{ name: string }>({
    sql: sql`SELECT concat(host_name, ':', toString(port)) AS name FROM system.clusters
      WHERE cluster = ${str(cluster)} ORDER BY shard_num, replica_num`,
  })
  if (configured.length === 0)
    throw new AfterlogError(
      'internal',
      `the ClickHouse server has no cluster ${cluster}: set AFTERLOG_CLICKHOUSE_CLUSTER to one of its remote_servers`,
    )
  // clusterAllReplicas numbers each distinct host as a shard of its own.
  const names = [...new Set(configured.map(({ name }) => name))]
  const answering = await answeringNumbers(store, cluster)
  return names.map((name, i) => ({ name, answers: answering.has(i + 1) }))
}

async function answeringNumbers(store: Pick<LogStore, 'rows'>, cluster: string): Promise<ReadonlySet<number>> {
  try {
    const rows = await store.rows<{ number: number }>({
      sql: sql`SELECT DISTINCT _shard_num AS number FROM clusterAllReplicas(${raw(cluster)}, system.one)`,
      settings: {
        skip_unavailable_shards: 1,
        connect_timeout_with_failover_ms: 2000,
        connections_with_failover_max_tries: 1,
        receive_timeout: 10,
      },
    })
    return new Set(rows.map(({ number }) => number))
  } catch (error) {
    // A host that accepts the connection and sends nothing makes the query fail. The engine's message has its name.
    const { message, cause } = error as Error
    const words = cause instanceof Error ? cause.message : message
    throw new AfterlogError(
      'store-unavailable',
      `the hosts of the ClickHouse cluster ${cluster} cannot be checked: ${words}`,
      {
        cause: error,
        retryAfterS: 5,
      },
    )
  }
}

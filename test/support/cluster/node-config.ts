// Settings of one ClickHouse server of the tests, as its configuration file has them. Small caches and pools: several
// of them run beside the tests on two cores.

export interface NodeAddress {
  tcpPort: number
  httpPort: number
}

export interface NodeConfig extends NodeAddress {
  /** 1, 2 …: its macro {shard}. */
  shard: number
  /** Native ports of the nodes of each cluster by its name, one shard each. */
  clusters: Readonly<Record<string, readonly number[]>>
  logFile: string
  /** With the text of usersConfig(); without it there is the user default alone. */
  usersFile?: string | undefined
}

/** Beside the user default, who needs no password. */
export interface NodeUser {
  name: string
  password: string
}

export function nodeConfig({ tcpPort, httpPort, shard, clusters, logFile, usersFile }: NodeConfig): string {
  const remote = Object.entries(clusters).map(([name, nodes]) => `<${name}>${nodes.map(shardOf).join('')}</${name}>`)
  return `<clickhouse>
  <listen_host>127.0.0.1</listen_host><tcp_port>${tcpPort}</tcp_port><http_port>${httpPort}</http_port>
  <macros><shard>${shard}</shard><replica>r1</replica></macros>
  <remote_servers>${remote.join('')}</remote_servers>
  <mark_cache_size>16777216</mark_cache_size><background_pool_size>2</background_pool_size>
  <logger><log>${logFile}</log></logger>
${usersFile === undefined ? '' : `  <users_config>${usersFile}</users_config>\n`}</clickhouse>
`
}

export function usersConfig({ name, password }: NodeUser): string {
  const rights = '<networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota>'
  const users = `<default><password></password>${rights}</default><${name}><password>${password}</password>${rights}</${name}>`
  return `<clickhouse><users>${users}</users><profiles><default/></profiles><quotas><default/></quotas></clickhouse>\n`
}

const shardOf = (tcpPort: number): string =>
  `<shard><internal_replication>true</internal_replication><replica><host>127.0.0.1</host><port>${tcpPort}</port></replica></shard>`

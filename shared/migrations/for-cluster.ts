// One statement of a migration → the statements that do the same on every node of a ClickHouse cluster. Pure.
// `t` becomes `t_local`, replicated, on each shard, and `t`, distributed over them: readers and inserts keep the name.
// Unproven: no Keeper was at hand. The tests assert the SQL; nobody has run it on a real cluster yet.

/** Table that holds the rows on each shard: what ALTER … DROP PARTITION and OPTIMIZE need in a cluster. */
function localTable(table: string): string {
  return `${table}_local`
}

/** Throws for a form of statement that is not known here: whoever writes such a migration says here what it means in a cluster. */
export function forCluster(statement: string, cluster: string): string[] {
  const on = `ON CLUSTER ${cluster}`
  const table = /^CREATE TABLE IF NOT EXISTS (\w+)\s*(\([^]*\))\s*ENGINE = (\w*MergeTree)(?:\(([^()]*)\))?\s*([^]*)$/i.exec(
    statement,
  )
  if (table !== null) {
    const [, name, columns, engine, args, rest] = table as unknown as [string, string, string, string, string | undefined, string]
    const replicated = [
      "'/clickhouse/tables/{shard}/{database}/{table}'",
      "'{replica}'",
      ...(args === undefined || args === '' ? [] : [args]),
    ]
    return [
      `CREATE TABLE IF NOT EXISTS ${localTable(name)} ${on}\n${columns}\nENGINE = Replicated${engine}(${replicated.join(', ')})\n${rest}`.trim(),
      `CREATE TABLE IF NOT EXISTS ${name} ${on} AS ${localTable(name)}\n` +
        `ENGINE = Distributed('${cluster}', currentDatabase(), '${localTable(name)}', ${shardingKey(columnNames(columns), rest)})`,
    ]
  }
  const view = /^CREATE MATERIALIZED VIEW IF NOT EXISTS (\w+) TO (\w+)([^]*?)\bFROM (\w+)([^]*)$/i.exec(statement)
  if (view !== null) {
    const [, name, target, select, source, rest] = view as unknown as [string, string, string, string, string, string]
    return [
      `CREATE MATERIALIZED VIEW IF NOT EXISTS ${name} ${on} TO ${localTable(target)}${select}FROM ${localTable(source)}${rest}`,
    ]
  }
  const alter = /^ALTER TABLE (\w+)\s+([^]*)$/i.exec(statement)
  if (alter !== null) {
    const [, name, change] = alter as unknown as [string, string, string]
    const both = /^(ADD|DROP|MODIFY|RENAME|COMMENT|CLEAR) COLUMN\b/i.test(change)
    // A distributed table has no order of its own.
    const columns = change.replace(/,\s*MODIFY ORDER BY \([^()]*\)\s*$/i, '')
    return [`ALTER TABLE ${localTable(name)} ${on} ${change}`, ...(both ? [`ALTER TABLE ${name} ${on} ${columns}`] : [])]
  }
  const drop = /^DROP (TABLE|VIEW) IF EXISTS (\w+)$/i.exec(statement)
  if (drop !== null) {
    const [, kind, name] = drop as unknown as [string, string, string]
    const all = kind.toUpperCase() === 'TABLE' ? [name, localTable(name)] : [name]
    return all.map((each) => `DROP ${kind} IF EXISTS ${each} ${on}`)
  }
  // Rows made again from other rows: the distributed tables are read and written, as by anyone.
  if (/^INSERT INTO \w+ \([\w, ]+\)\s+SELECT\b/i.test(statement)) return [statement]
  throw new Error(`no form for a cluster is known of the statement: ${statement.slice(0, 200)}`)
}

/** Versions and copies of a row must meet on one shard; lines, lives and their pod meet on one as well. */
function shardingKey(columns: readonly string[], rest: string): string {
  for (const key of [['tenant', 'cluster', 'pod_uid'], ['tenant', 'cluster', 'uid'], ['tenant', 'identity']]) {
    if (key.every((column) => columns.includes(column))) return `cityHash64(${key.join(', ')})`
  } // prettier-ignore
  const order = /\bORDER BY \(?([\w, ]+)\)?/i.exec(rest)?.[1]
  if (order === undefined) throw new Error('a table for a cluster needs an ORDER BY of plain columns, or columns to shard by')
  return `cityHash64(${order.trim()})`
}

/** First words of the items between the outer parentheses. */
function columnNames(body: string): string[] {
  const names: string[] = []
  let depth = 0
  let expectsName = false
  for (const [token] of body.matchAll(/'(?:\\[^]|[^'\\])*'|\w+|[^]/g)) {
    if (token === '(') depth += 1
    if (token === ')') depth -= 1
    if (depth === 1 && (token === '(' || token === ',')) expectsName = true
    else if (expectsName && /^\w+$/.test(token)) {
      names.push(token)
      expectsName = false
    }
  }
  return names
}

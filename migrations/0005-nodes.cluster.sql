-- The cluster form of 0005-nodes.sql, which says what each table and column is for.
-- `t_local` holds the rows of one shard; `t` is read and written.

CREATE TABLE IF NOT EXISTS nodes_local ON CLUSTER {cluster}
(
    tenant     LowCardinality(String),
    cluster    LowCardinality(String),
    name       String,
    uid        String,
    version    UInt64,
    created_at Nullable(DateTime64(9, 'UTC')),
    gone       UInt8,
    status_at  Nullable(DateTime64(9, 'UTC')),
    labels     Map(String, String),
    object     String CODEC(ZSTD(3))
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', version)
ORDER BY (tenant, cluster, name, uid)
SETTINGS index_granularity = 128, min_bytes_for_wide_part = 10000000000;

CREATE TABLE IF NOT EXISTS nodes ON CLUSTER {cluster} AS nodes_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'nodes_local', cityHash64(tenant, cluster, uid));

CREATE TABLE IF NOT EXISTS node_states_local ON CLUSTER {cluster}
(
    tenant   LowCardinality(String),
    cluster  LowCardinality(String),
    node     String,
    node_uid String,
    what     LowCardinality(String),
    status   LowCardinality(String),
    since    DateTime64(9, 'UTC'),
    version  UInt64,
    reason   String,
    message  String
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', version)
ORDER BY (tenant, cluster, node, since, what, status)
SETTINGS index_granularity = 128, min_bytes_for_wide_part = 10000000000;

CREATE TABLE IF NOT EXISTS node_states ON CLUSTER {cluster} AS node_states_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'node_states_local', cityHash64(tenant, cluster, node, since, what, status));

-- The cluster form of 0001-logs.sql, which says what each table and column is for.
-- `t_local` holds the rows of one shard; `t` is read and written.
-- Lines and what is kept per life of them are sharded by the pod's names, so that lines without a uid are spread and
-- a line lands where it would have landed had its agent known more or less; a system line by its node. Never by uid: a
-- uid that is learned later moves no line.
-- A view whose source and target are sharded alike writes to the local table, any other to the distributed table.

CREATE TABLE IF NOT EXISTS logs_local ON CLUSTER {cluster}
(
    tenant       LowCardinality(String),
    ts           DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    cluster      LowCardinality(String),
    namespace    LowCardinality(String),
    pod          LowCardinality(String),
    pod_uid      LowCardinality(String),
    container    LowCardinality(String),
    restart      Int32,
    container_id LowCardinality(String),
    node         LowCardinality(String),
    unit         LowCardinality(String),
    stream       LowCardinality(String),
    partial      UInt8,
    severity     LowCardinality(String),
    message      String CODEC(ZSTD(1)),
    trace_id     String CODEC(ZSTD(1)),
    span_id      String CODEC(ZSTD(1)),
    labels       Map(LowCardinality(String), String),
    attributes   Map(LowCardinality(String), String),
    offset       Int64 CODEC(Delta(8), ZSTD(1)),
    length       Int64 CODEC(ZSTD(1)),
    file         LowCardinality(String),
    eof          UInt8,
    ordinal      UInt64,
    seq          UInt32,
    agent        LowCardinality(String),
    received     DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    class        LowCardinality(String),
    identity     UInt64 DEFAULT cityHash64(
                     tenant, cluster, pod_uid,
                     if(pod_uid = '', namespace, ''), if(pod_uid = '', pod, ''),
                     if(pod_uid = '' AND pod = '', node, ''), if(pod_uid = '' AND pod = '', unit, ''),
                     container, restart, if(restart < 0, container_id, ''), stream, message,
                     offset, if(offset < 0, ordinal, 0)) CODEC(NONE),
    INDEX words replaceRegexpAll(lower(message), '[a-z]*[0-9][0-9a-z]*', ' ') TYPE text(tokenizer = 'splitByNonAlpha'),
    INDEX tokens lower(message) TYPE tokenbf_v1(8192, 3, 0) GRANULARITY 1
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
PARTITION BY (toYYYYMMDD(ts), class)
ORDER BY (tenant, toStartOfHour(ts), namespace, pod, container, ts, identity)
SETTINGS index_granularity = 1024, max_bytes_to_merge_at_max_space_in_pool = 4294967296;

CREATE TABLE IF NOT EXISTS logs ON CLUSTER {cluster} AS logs_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'logs_local', cityHash64(tenant, cluster, namespace, pod, if(pod = '', node, '')));

CREATE TABLE IF NOT EXISTS life_lines_local ON CLUSTER {cluster}
(
    tenant       LowCardinality(String),
    cluster      LowCardinality(String),
    namespace    LowCardinality(String),
    pod          String,
    pod_uid      String,
    container    LowCardinality(String),
    restart      Int32,
    container_id String,
    node         SimpleAggregateFunction(max, String),
    first_line   SimpleAggregateFunction(min, DateTime64(9, 'UTC')),
    last_line    SimpleAggregateFunction(max, DateTime64(9, 'UTC')),
    fragments    SimpleAggregateFunction(max, UInt8)
)
ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
ORDER BY (tenant, pod_uid, namespace, pod, cluster, container, restart, container_id);

CREATE TABLE IF NOT EXISTS life_lines ON CLUSTER {cluster} AS life_lines_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'life_lines_local', cityHash64(tenant, cluster, namespace, pod, ''));

CREATE MATERIALIZED VIEW IF NOT EXISTS life_lines_of_logs ON CLUSTER {cluster} TO life_lines_local AS
SELECT tenant, cluster, namespace, pod, pod_uid, container, restart, container_id,
       max(node) AS node, min(ts) AS first_line, max(ts) AS last_line, max(partial) AS fragments
FROM logs_local AS logs
WHERE pod != ''
GROUP BY tenant, cluster, namespace, pod, pod_uid, container, restart, container_id;

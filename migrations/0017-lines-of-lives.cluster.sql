-- The cluster form of 0017-lines-of-lives.sql, which says what each table and column is for.
-- `t_local` holds the rows of one shard; `t` is read and written.

CREATE TABLE IF NOT EXISTS lines_of_lives_local ON CLUSTER {cluster}
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
    fragments    SimpleAggregateFunction(max, UInt8),
    sketch       AggregateFunction(uniqCombined64(12), UInt64)
)
ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
ORDER BY (tenant, pod_uid, namespace, pod, cluster, container, restart, container_id)
SETTINGS index_granularity = 64, min_bytes_for_wide_part = 10000000000;

CREATE TABLE IF NOT EXISTS lines_of_lives ON CLUSTER {cluster} AS lines_of_lives_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'lines_of_lives_local', cityHash64(tenant, cluster, namespace, pod, ''));

CREATE MATERIALIZED VIEW IF NOT EXISTS lines_of_lives_of_logs ON CLUSTER {cluster} TO lines_of_lives_local AS
SELECT tenant, cluster, namespace, pod, pod_uid, container, restart, container_id,
       max(node) AS node, min(ts) AS first_line, max(ts) AS last_line, max(partial) AS fragments,
       uniqCombined64State(12)(cityHash64(ts, identity)) AS sketch
FROM logs_local AS logs
WHERE pod != ''
GROUP BY tenant, cluster, namespace, pod, pod_uid, container, restart, container_id;

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
    fragments    SimpleAggregateFunction(max, UInt8),
    sketch       AggregateFunction(uniqCombined64(12), UInt64)
)
ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
ORDER BY (tenant, pod_uid, namespace, pod, cluster, container, restart, container_id);

CREATE TABLE IF NOT EXISTS life_lines ON CLUSTER {cluster} AS life_lines_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'life_lines_local', cityHash64(tenant, cluster, namespace, pod, ''));

INSERT INTO lines_of_lives (tenant, cluster, namespace, pod, pod_uid, container, restart, container_id, node, first_line, last_line, fragments, sketch)
SELECT tenant, cluster, namespace, pod, pod_uid, container, restart, container_id, node, first_line, last_line, fragments, sketch
FROM life_lines;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_change_feed_of_line_counts ON CLUSTER {cluster} TO pod_change_feed AS
SELECT DISTINCT now64(3, 'UTC') AS at, tenant, 'lines' AS source,
       if(pod_uid != '', pod_uid, concat('unresolved:', cluster, '/', namespace, '/', pod)) AS uid,
       cityHash64(toString(container), restart, container_id) AS life, '' AS cluster, '' AS node, '' AS detail
FROM lines_of_lives_local AS lines_of_lives;

DROP VIEW IF EXISTS pod_change_feed_of_lines ON CLUSTER {cluster};
DROP VIEW IF EXISTS life_lines_of_logs ON CLUSTER {cluster};
DROP TABLE IF EXISTS life_lines ON CLUSTER {cluster};
DROP TABLE IF EXISTS life_lines_local ON CLUSTER {cluster};

-- The cluster form of 0014-line-sketches.sql, which says what each table and column is for.
-- `t_local` holds the rows of one shard; `t` is read and written.

ALTER TABLE life_lines_local ON CLUSTER {cluster} ADD COLUMN IF NOT EXISTS sketch AggregateFunction(uniqCombined64(12), UInt64);
ALTER TABLE life_lines ON CLUSTER {cluster} ADD COLUMN IF NOT EXISTS sketch AggregateFunction(uniqCombined64(12), UInt64);

DROP VIEW IF EXISTS life_lines_of_logs ON CLUSTER {cluster};
CREATE MATERIALIZED VIEW IF NOT EXISTS life_lines_of_logs ON CLUSTER {cluster} TO life_lines_local AS
SELECT tenant, cluster, namespace, pod, pod_uid, container, restart, container_id,
       max(node) AS node, min(ts) AS first_line, max(ts) AS last_line, max(partial) AS fragments,
       uniqCombined64State(12)(cityHash64(ts, identity)) AS sketch
FROM logs_local AS logs
WHERE pod != ''
GROUP BY tenant, cluster, namespace, pod, pod_uid, container, restart, container_id;

-- Of each shard on one of its replicas: what is attached to life_lines there comes to the others.
CREATE TABLE IF NOT EXISTS life_sketches_before_local ON CLUSTER {cluster}
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
ENGINE = AggregatingMergeTree
ORDER BY (tenant, pod_uid, namespace, pod, cluster, container, restart, container_id);

CREATE TABLE IF NOT EXISTS life_sketches_before ON CLUSTER {cluster} AS life_sketches_before_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'life_sketches_before_local', cityHash64(tenant, cluster, namespace, pod, ''));

INSERT INTO life_sketches_before (tenant, cluster, namespace, pod, pod_uid, container, restart, container_id, node, first_line, last_line, fragments, sketch)
SELECT * FROM (
    SELECT tenant, cluster, namespace, pod, pod_uid, container, restart, container_id,
           max(node) AS node, min(ts) AS first_line, max(ts) AS last_line, max(partial) AS fragments,
           uniqCombined64State(12)(cityHash64(ts, identity)) AS sketch
    FROM logs
    WHERE pod != ''
    GROUP BY tenant, cluster, namespace, pod, pod_uid, container, restart, container_id
    SETTINGS max_bytes_before_external_group_by = 268435456, max_threads = 1);

ALTER TABLE life_lines_local ON CLUSTER {cluster} ATTACH PARTITION tuple() FROM life_sketches_before_local;
DROP TABLE IF EXISTS life_sketches_before ON CLUSTER {cluster};
DROP TABLE IF EXISTS life_sketches_before_local ON CLUSTER {cluster};

CREATE TABLE IF NOT EXISTS inexact_days_local ON CLUSTER {cluster}
(
    day        Date,
    class      LowCardinality(String),
    dropped_at DateTime64(3, 'UTC'),
    reason     String
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', dropped_at)
ORDER BY (day, class)
TTL day + INTERVAL 10 YEAR;

CREATE TABLE IF NOT EXISTS inexact_days ON CLUSTER {cluster} AS inexact_days_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'inexact_days_local', cityHash64(day, class));

ALTER TABLE logs_local ON CLUSTER {cluster} MODIFY SETTING min_free_disk_bytes_to_perform_insert = 16777216;

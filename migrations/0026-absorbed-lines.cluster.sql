-- The cluster form of 0026-absorbed-lines.sql, which says what each table and column is for.
-- `t_local` holds the rows of one shard; `t` is read and written.

CREATE TABLE IF NOT EXISTS absorbed_lines_local ON CLUSTER {cluster}
(
    tenant   LowCardinality(String),
    ts       DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    identity UInt64 CODEC(NONE),
    class    LowCardinality(String),
    covers   UInt8
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
PARTITION BY (toYYYYMMDD(ts), class)
ORDER BY (tenant, ts, identity, covers)
SETTINGS index_granularity = 1024;

-- Rows come by the view alone, on the shard that has the line.
CREATE TABLE IF NOT EXISTS absorbed_lines ON CLUSTER {cluster} AS absorbed_lines_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'absorbed_lines_local', cityHash64(tenant, identity));

ALTER TABLE logs_local ON CLUSTER {cluster} ADD COLUMN IF NOT EXISTS absorbed UInt8 DEFAULT 0;
ALTER TABLE logs ON CLUSTER {cluster} ADD COLUMN IF NOT EXISTS absorbed UInt8 DEFAULT 0;

CREATE MATERIALIZED VIEW IF NOT EXISTS absorbed_lines_of_logs ON CLUSTER {cluster} TO absorbed_lines_local AS
SELECT tenant, ts, identity, class, absorbed = 2 AS covers
FROM logs_local AS logs
WHERE absorbed > 0;

ALTER TABLE lines_of_lives_of_logs ON CLUSTER {cluster} MODIFY QUERY
SELECT tenant, cluster, namespace, pod, pod_uid, container, restart, container_id,
       max(node) AS node, min(ts) AS first_line, max(ts) AS last_line, max(partial) AS fragments,
       uniqCombined64StateIf(12)(cityHash64(ts, identity), partial = 0 AND absorbed = 0) AS sketch,
       groupUniqArrayIf(toString(file), offset = 0 AND file != '') AS heads
FROM logs_local AS logs
WHERE pod != ''
GROUP BY tenant, cluster, namespace, pod, pod_uid, container, restart, container_id;

-- The cluster form of 0009-kept.sql, which says what each table and column is for.
-- `t_local` holds the rows of one shard; `t` is read and written.
-- A second run of MATERIALIZE COLUMN leaves the values that the first one stored, whatever the default is by then.
-- kernel_ooms has no node to be sharded by as the lines are: its view writes through the distributed table.

ALTER TABLE pods_seen_local ON CLUSTER {cluster} ADD COLUMN IF NOT EXISTS marked SimpleAggregateFunction(max, DateTime64(3, 'UTC')) DEFAULT toDateTime64(0, 3, 'UTC');

ALTER TABLE pods_seen ON CLUSTER {cluster} ADD COLUMN IF NOT EXISTS marked SimpleAggregateFunction(max, DateTime64(3, 'UTC')) DEFAULT toDateTime64(0, 3, 'UTC');

ALTER TABLE pods_seen_local ON CLUSTER {cluster} MATERIALIZE COLUMN marked SETTINGS mutations_sync = 2;

ALTER TABLE pods_seen_local ON CLUSTER {cluster} MODIFY COLUMN marked SimpleAggregateFunction(max, DateTime64(3, 'UTC')) DEFAULT now64(3, 'UTC');

ALTER TABLE pods_seen ON CLUSTER {cluster} MODIFY COLUMN marked SimpleAggregateFunction(max, DateTime64(3, 'UTC')) DEFAULT now64(3, 'UTC');

CREATE MATERIALIZED VIEW IF NOT EXISTS pods_seen_of_lives ON CLUSTER {cluster} TO pods_seen_local AS
SELECT DISTINCT tenant, pod_uid AS uid, namespace, pod AS name, 0 AS told, 9223372036854775807 AS told_first, 0 AS told_last,
       9223372036854775807 AS event_first, 0 AS event_last
FROM lives_local AS lives;

ALTER TABLE obituaries_local ON CLUSTER {cluster}
    ADD COLUMN IF NOT EXISTS summary String CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS marked DateTime64(3, 'UTC');

ALTER TABLE obituaries ON CLUSTER {cluster}
    ADD COLUMN IF NOT EXISTS summary String CODEC(ZSTD(3)),
    ADD COLUMN IF NOT EXISTS marked DateTime64(3, 'UTC');

CREATE TABLE IF NOT EXISTS pod_summaries_local ON CLUSTER {cluster}
(
    tenant     LowCardinality(String),
    uid        String,
    lines      UInt64,
    summary    String CODEC(ZSTD(1)),
    marked     DateTime64(3, 'UTC'),
    written_at DateTime64(3, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', written_at)
ORDER BY (tenant, uid)
TTL toDateTime(written_at) + INTERVAL 10 YEAR
SETTINGS index_granularity = 4, min_bytes_for_wide_part = 10000000000;

CREATE TABLE IF NOT EXISTS pod_summaries ON CLUSTER {cluster} AS pod_summaries_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'pod_summaries_local', cityHash64(tenant, uid));

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_summaries_of_obituaries ON CLUSTER {cluster} TO pod_summaries_local AS
SELECT tenant, uid, lines, summary, marked, written_at
FROM obituaries_local AS obituaries;

CREATE TABLE IF NOT EXISTS node_ends_local ON CLUSTER {cluster}
(
    tenant  LowCardinality(String),
    cluster LowCardinality(String),
    node    String,
    at      DateTime64(9, 'UTC'),
    uid     String
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
ORDER BY (tenant, cluster, node, at, uid)
SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS node_ends ON CLUSTER {cluster} AS node_ends_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'node_ends_local', cityHash64(tenant, uid));

CREATE MATERIALIZED VIEW IF NOT EXISTS node_ends_of_pods ON CLUSTER {cluster} TO node_ends_local AS
SELECT tenant, cluster, toString(node) AS node, arrayJoin(arrayFilter(t -> t > toDateTime64(0, 9, 'UTC'), [
           ifNull(deleted_at, toDateTime64(0, 9, 'UTC')),
           if(gone = 1 OR phase IN ('Failed', 'Succeeded'), ifNull(status_at, toDateTime64(0, 9, 'UTC')), toDateTime64(0, 9, 'UTC'))])) AS at, uid
FROM pods_local AS pods
WHERE node != '';

INSERT INTO node_ends (tenant, cluster, node, at, uid)
SELECT tenant, cluster, toString(node) AS node, arrayJoin(arrayFilter(t -> t > toDateTime64(0, 9, 'UTC'), [
           ifNull(deleted_at, toDateTime64(0, 9, 'UTC')),
           if(gone = 1 OR phase IN ('Failed', 'Succeeded'), ifNull(status_at, toDateTime64(0, 9, 'UTC')), toDateTime64(0, 9, 'UTC'))])) AS at, uid
FROM pods
WHERE node != '';

CREATE MATERIALIZED VIEW IF NOT EXISTS node_ends_of_lives ON CLUSTER {cluster} TO node_ends_local AS
SELECT tenant, cluster, toString(node) AS node, assumeNotNull(finished_at) AS at, pod_uid AS uid
FROM lives_local AS lives
WHERE node != '' AND finished_at IS NOT NULL;

INSERT INTO node_ends (tenant, cluster, node, at, uid)
SELECT tenant, cluster, toString(node) AS node, assumeNotNull(finished_at) AS at, pod_uid AS uid
FROM lives
WHERE node != '' AND finished_at IS NOT NULL;

CREATE TABLE IF NOT EXISTS kernel_ooms_local ON CLUSTER {cluster}
(
    tenant   LowCardinality(String),
    ts       DateTime64(9, 'UTC'),
    identity UInt64,
    message  String CODEC(ZSTD(3))
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
ORDER BY (tenant, ts, identity)
SETTINGS index_granularity = 128;

CREATE TABLE IF NOT EXISTS kernel_ooms ON CLUSTER {cluster} AS kernel_ooms_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'kernel_ooms_local', cityHash64(tenant, identity));

CREATE MATERIALIZED VIEW IF NOT EXISTS kernel_ooms_of_logs_distributed ON CLUSTER {cluster} TO kernel_ooms AS
SELECT tenant, ts, identity, message
FROM logs_local AS logs
WHERE pod = '' AND namespace = '' AND (message LIKE '%oom-kill:%' OR message LIKE '%killed as a result of limit of%');

INSERT INTO kernel_ooms (tenant, ts, identity, message)
SELECT tenant, ts, identity, message
FROM logs
WHERE pod = '' AND namespace = '' AND (message LIKE '%oom-kill:%' OR message LIKE '%killed as a result of limit of%');

ALTER TABLE pod_handles_local ON CLUSTER {cluster} ADD INDEX IF NOT EXISTS by_uid uid TYPE bloom_filter(0.001) GRANULARITY 1;

ALTER TABLE pod_handles_local ON CLUSTER {cluster} MATERIALIZE INDEX by_uid;

-- The cluster form of 0006-retention.sql, which says what each table and column is for.
-- `t_local` holds the rows of one shard; `t` is read and written.

CREATE TABLE IF NOT EXISTS retention_rules_local ON CLUSTER {cluster}
(
    in_force   DateTime64(3, 'UTC'),
    rules      String,
    last_words String
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
ORDER BY (in_force, rules, last_words);

CREATE TABLE IF NOT EXISTS retention_rules ON CLUSTER {cluster} AS retention_rules_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'retention_rules_local', cityHash64(in_force, rules, last_words));

CREATE TABLE IF NOT EXISTS pod_changes_local ON CLUSTER {cluster}
(
    told_hour DateTime('UTC'),
    tenant    LowCardinality(String),
    uid       String,
    told_at   DateTime64(3, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', told_at)
ORDER BY (told_hour, tenant, uid)
TTL told_hour + INTERVAL 90 DAY;

CREATE TABLE IF NOT EXISTS pod_changes ON CLUSTER {cluster} AS pod_changes_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'pod_changes_local', cityHash64(tenant, uid));

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_changes_of_pods ON CLUSTER {cluster} TO pod_changes_local AS
SELECT DISTINCT toStartOfHour(now('UTC')) AS told_hour, tenant, uid, now64(3, 'UTC') AS told_at
FROM pods_local AS pods;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_changes_of_lives ON CLUSTER {cluster} TO pod_changes_local AS
SELECT DISTINCT toStartOfHour(now('UTC')) AS told_hour, tenant, pod_uid AS uid, now64(3, 'UTC') AS told_at
FROM lives_local AS lives;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_changes_of_events ON CLUSTER {cluster} TO pod_changes_local AS
SELECT DISTINCT toStartOfHour(now('UTC')) AS told_hour, tenant, involved_uid AS uid, now64(3, 'UTC') AS told_at
FROM events_local AS events
WHERE involved_kind = 'Pod' AND involved_uid != '';

CREATE TABLE IF NOT EXISTS keeper_progress_local ON CLUSTER {cluster}
(
    job  LowCardinality(String),
    upto SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
ORDER BY job;

CREATE TABLE IF NOT EXISTS keeper_progress ON CLUSTER {cluster} AS keeper_progress_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'keeper_progress_local', cityHash64(job));

CREATE TABLE IF NOT EXISTS obituaries_local ON CLUSTER {cluster}
(
    tenant     LowCardinality(String),
    cluster    LowCardinality(String),
    namespace  LowCardinality(String),
    pod        String,
    uid        String,
    outcome    LowCardinality(String),
    died_at    Nullable(DateTime64(9, 'UTC')),
    bad        UInt8,
    lines      UInt64,
    document   String CODEC(ZSTD(3)),
    written_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', written_at)
ORDER BY (tenant, uid)
TTL toDateTime(written_at) + INTERVAL 10 YEAR
SETTINGS index_granularity = 128, min_bytes_for_wide_part = 10000000000;

CREATE TABLE IF NOT EXISTS obituaries ON CLUSTER {cluster} AS obituaries_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'obituaries_local', cityHash64(tenant, uid));

CREATE TABLE IF NOT EXISTS kept_counts_local ON CLUSTER {cluster}
(
    tenant       LowCardinality(String),
    cluster      LowCardinality(String),
    namespace    LowCardinality(String),
    pod          String,
    pod_uid      String,
    container    LowCardinality(String),
    restart      Int32,
    container_id String,
    day          Date,
    lines        SimpleAggregateFunction(max, UInt64)
)
ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
ORDER BY (tenant, pod_uid, namespace, pod, cluster, container, restart, container_id, day)
TTL day + INTERVAL 10 YEAR
SETTINGS index_granularity = 128, min_bytes_for_wide_part = 10000000000;

CREATE TABLE IF NOT EXISTS kept_counts ON CLUSTER {cluster} AS kept_counts_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'kept_counts_local', cityHash64(tenant, cluster, namespace, pod, ''));

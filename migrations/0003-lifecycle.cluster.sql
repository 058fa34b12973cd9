-- The cluster form of 0003-lifecycle.sql, which says what each table and column is for.
-- `t_local` holds the rows of one shard; `t` is read and written.
-- Facts are sharded by the uid of their pod, without the name of the Kubernetes cluster: versions of one row meet on
-- one shard.

CREATE TABLE IF NOT EXISTS pods_local ON CLUSTER {cluster}
(
    tenant      LowCardinality(String),
    cluster     LowCardinality(String),
    namespace   LowCardinality(String),
    name        String,
    uid         String,
    mirror_uid  String,
    version     UInt64,
    node        LowCardinality(String),
    phase       LowCardinality(String),
    reason      String,
    message     String,
    disruption  LowCardinality(String),
    disruption_message String,
    waiting     Map(String, String),
    ip          String,
    owner_kind  LowCardinality(String),
    owner_name  String,
    controller_kind LowCardinality(String),
    controller_name String,
    created_at  Nullable(DateTime64(9, 'UTC')),
    started_at  Nullable(DateTime64(9, 'UTC')),
    deleted_at  Nullable(DateTime64(9, 'UTC')),
    gone        UInt8,
    status_at   Nullable(DateTime64(9, 'UTC')),
    labels      Map(String, String),
    annotations Map(String, String),
    object      String CODEC(ZSTD(3))
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', version)
ORDER BY (tenant, uid)
SETTINGS index_granularity = 128, min_bytes_for_wide_part = 10000000000;

CREATE TABLE IF NOT EXISTS pods ON CLUSTER {cluster} AS pods_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'pods_local', cityHash64(tenant, uid));

CREATE TABLE IF NOT EXISTS pod_deletions_local ON CLUSTER {cluster}
(
    tenant   LowCardinality(String),
    uid      String,
    asked_at SimpleAggregateFunction(min, DateTime64(9, 'UTC'))
)
ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
ORDER BY (tenant, uid)
SETTINGS index_granularity = 128, min_bytes_for_wide_part = 10000000000;

CREATE TABLE IF NOT EXISTS pod_deletions ON CLUSTER {cluster} AS pod_deletions_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'pod_deletions_local', cityHash64(tenant, uid));

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_deletions_of_pods ON CLUSTER {cluster} TO pod_deletions_local AS
SELECT tenant, uid, min(assumeNotNull(deleted_at)) AS asked_at
FROM pods_local AS pods
WHERE deleted_at IS NOT NULL
GROUP BY tenant, uid;

CREATE TABLE IF NOT EXISTS pods_seen_local ON CLUSTER {cluster}
(
    tenant      LowCardinality(String),
    uid         String,
    namespace   LowCardinality(String),
    name        String,
    told        SimpleAggregateFunction(max, UInt8),
    told_first  SimpleAggregateFunction(min, Int64),
    told_last   SimpleAggregateFunction(max, Int64),
    event_first SimpleAggregateFunction(min, Int64),
    event_last  SimpleAggregateFunction(max, Int64)
)
ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
ORDER BY (tenant, uid, namespace, name);

CREATE TABLE IF NOT EXISTS pods_seen ON CLUSTER {cluster} AS pods_seen_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'pods_seen_local', cityHash64(tenant, uid));

CREATE MATERIALIZED VIEW IF NOT EXISTS pods_seen_of_pods ON CLUSTER {cluster} TO pods_seen_local AS
SELECT tenant, uid, namespace, name, 1 AS told,
       min(if(created_at IS NULL, 9223372036854775807, toUnixTimestamp64Nano(assumeNotNull(created_at)))) AS told_first,
       max(if(status_at IS NULL, 0, toUnixTimestamp64Nano(assumeNotNull(status_at)))) AS told_last,
       9223372036854775807 AS event_first, 0 AS event_last
FROM pods_local AS pods
GROUP BY tenant, uid, namespace, name;

CREATE TABLE IF NOT EXISTS lives_local ON CLUSTER {cluster}
(
    tenant       LowCardinality(String),
    cluster      LowCardinality(String),
    namespace    LowCardinality(String),
    pod          String,
    pod_uid      String,
    container    LowCardinality(String),
    kind         LowCardinality(String),
    restart      Int32,
    version      UInt64,
    container_id String,
    node         LowCardinality(String),
    state        LowCardinality(String),
    started_at   Nullable(DateTime64(9, 'UTC')),
    finished_at  Nullable(DateTime64(9, 'UTC')),
    outcome      LowCardinality(String),
    reason       String,
    message      String,
    exit_code    Nullable(Int32),
    signal       Nullable(Int32),
    image        String,
    image_id     String,
    INDEX by_container_id container_id TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', version)
ORDER BY (tenant, pod_uid, container, restart)
SETTINGS index_granularity = 128, min_bytes_for_wide_part = 10000000000;

CREATE TABLE IF NOT EXISTS lives ON CLUSTER {cluster} AS lives_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'lives_local', cityHash64(tenant, pod_uid));

CREATE TABLE IF NOT EXISTS events_local ON CLUSTER {cluster}
(
    tenant             LowCardinality(String),
    cluster            LowCardinality(String),
    namespace          LowCardinality(String),
    uid                String,
    version            UInt64,
    name               String,
    type               LowCardinality(String),
    reason             LowCardinality(String),
    message            String,
    involved_kind      LowCardinality(String),
    involved_namespace LowCardinality(String),
    involved_name      String,
    involved_uid       String,
    field_path         String,
    first_time         DateTime64(9, 'UTC'),
    last_time          DateTime64(9, 'UTC'),
    count              UInt32,
    component          LowCardinality(String),
    host               LowCardinality(String),
    object             String CODEC(ZSTD(3))
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', version)
ORDER BY (tenant, involved_uid, uid)
SETTINGS index_granularity = 128, min_bytes_for_wide_part = 10000000000;

CREATE TABLE IF NOT EXISTS events ON CLUSTER {cluster} AS events_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'events_local', cityHash64(tenant, involved_uid));

CREATE MATERIALIZED VIEW IF NOT EXISTS pods_seen_of_events ON CLUSTER {cluster} TO pods_seen_local AS
SELECT tenant, involved_uid AS uid, involved_namespace AS namespace, involved_name AS name, 0 AS told,
       9223372036854775807 AS told_first, 0 AS told_last, min(toUnixTimestamp64Nano(first_time)) AS event_first, max(toUnixTimestamp64Nano(last_time)) AS event_last
FROM events_local AS events
WHERE involved_kind = 'Pod' AND involved_uid != ''
GROUP BY tenant, uid, namespace, name;

-- The cluster form of 0013-records.sql, which says what each table and column is for.
-- `t_local` holds the rows of one shard; `t` is read and written.

-- Lines, nodes and the kernel stand on other shards than the pods that they lead to: their views write through the
-- distributed table.

CREATE TABLE IF NOT EXISTS pod_change_feed_local ON CLUSTER {cluster}
(
    at      DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC'),
    tenant  LowCardinality(String),
    source  LowCardinality(String),
    uid     String CODEC(ZSTD(1)),
    life    UInt64,
    cluster LowCardinality(String),
    node    LowCardinality(String),
    detail  String CODEC(ZSTD(1))
)
ENGINE = ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
PARTITION BY toYYYYMMDD(at)
ORDER BY (source, at, tenant, uid)
TTL toDateTime(at) + INTERVAL 7 DAY
SETTINGS ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS pod_change_feed ON CLUSTER {cluster} AS pod_change_feed_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'pod_change_feed_local', cityHash64(tenant, uid));

CREATE TABLE IF NOT EXISTS pod_watermarks_local ON CLUSTER {cluster}
(
    tenant            LowCardinality(String),
    uid               String,
    facts_at          SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    lines_at          SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    deletion_asked_at SimpleAggregateFunction(min, DateTime64(9, 'UTC')),
    address_first     SimpleAggregateFunction(minMap, Map(String, Int64)),
    address_last      SimpleAggregateFunction(maxMap, Map(String, Int64))
)
ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
ORDER BY (tenant, uid)
SETTINGS index_granularity = 128, min_bytes_for_wide_part = 10000000000;

CREATE TABLE IF NOT EXISTS pod_watermarks ON CLUSTER {cluster} AS pod_watermarks_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'pod_watermarks_local', cityHash64(tenant, uid));

CREATE TABLE IF NOT EXISTS pod_aliases_local ON CLUSTER {cluster}
(
    tenant     LowCardinality(String),
    kind       LowCardinality(String),
    alias      String CODEC(ZSTD(1)),
    uid        String CODEC(ZSTD(1)),
    container  LowCardinality(String),
    restart    Int32,
    created_at SimpleAggregateFunction(min, Int64),
    version    SimpleAggregateFunction(max, UInt64)
)
ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
ORDER BY (tenant, kind, alias, uid, container, restart)
SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS pod_aliases ON CLUSTER {cluster} AS pod_aliases_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'pod_aliases_local', cityHash64(tenant, uid));

CREATE TABLE IF NOT EXISTS pod_records_local ON CLUSTER {cluster}
(
    tenant        LowCardinality(String),
    uid           String,
    revision      UInt64,
    is_deleted    UInt8,
    rules_version UInt16,
    watermark     DateTime64(3, 'UTC'),
    lines_at      DateTime64(3, 'UTC'),
    record        String CODEC(ZSTD(1))
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', revision, is_deleted)
ORDER BY (tenant, uid)
SETTINGS index_granularity = 64, min_bytes_for_wide_part = 10000000000;

CREATE TABLE IF NOT EXISTS pod_records ON CLUSTER {cluster} AS pod_records_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'pod_records_local', cityHash64(tenant, uid));

CREATE TABLE IF NOT EXISTS pod_lookup_local ON CLUSTER {cluster}
(
    tenant     LowCardinality(String),
    kind       LowCardinality(String),
    value      String CODEC(ZSTD(1)),
    rank       Int64,
    uid        String CODEC(ZSTD(1)),
    cluster    LowCardinality(String),
    namespace  LowCardinality(String),
    name       String CODEC(ZSTD(1)),
    node       LowCardinality(String),
    outcome    LowCardinality(String),
    first_seen Int64,
    last_seen  Int64,
    died_rank  Int64,
    revision   UInt64,
    is_deleted UInt8
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', revision, is_deleted)
ORDER BY (tenant, kind, value, rank, uid)
SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS pod_lookup ON CLUSTER {cluster} AS pod_lookup_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'pod_lookup_local', cityHash64(tenant, uid));

ALTER TABLE obituaries_local ON CLUSTER {cluster} ADD COLUMN IF NOT EXISTS revision UInt64;
ALTER TABLE obituaries ON CLUSTER {cluster} ADD COLUMN IF NOT EXISTS revision UInt64;

CREATE TABLE IF NOT EXISTS pod_record_feed_local ON CLUSTER {cluster}
(
    tenant    LowCardinality(String),
    revision  UInt64,
    uid       String CODEC(ZSTD(1)),
    stored_at DateTime('UTC') DEFAULT now('UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
PARTITION BY toYYYYMMDD(stored_at)
ORDER BY (tenant, revision, uid)
TTL stored_at + INTERVAL 7 DAY
SETTINGS ttl_only_drop_parts = 1;

CREATE TABLE IF NOT EXISTS pod_record_feed ON CLUSTER {cluster} AS pod_record_feed_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'pod_record_feed_local', cityHash64(tenant, uid));

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_record_feed_of_records ON CLUSTER {cluster} TO pod_record_feed_local AS
SELECT tenant, revision, uid, now('UTC') AS stored_at
FROM pod_records_local AS pod_records;

CREATE TABLE IF NOT EXISTS job_watermarks_local ON CLUSTER {cluster}
(
    job  LowCardinality(String),
    upto SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = ReplicatedAggregatingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
ORDER BY job;

CREATE TABLE IF NOT EXISTS job_watermarks ON CLUSTER {cluster} AS job_watermarks_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'job_watermarks_local', cityHash64(job));

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_change_feed_of_pods ON CLUSTER {cluster} TO pod_change_feed_local AS
SELECT DISTINCT now64(3, 'UTC') AS at, tenant, 'fact' AS source, uid, toUInt64(0) AS life, '' AS cluster, '' AS node, '' AS detail
FROM pods_local AS pods;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_change_feed_of_lives ON CLUSTER {cluster} TO pod_change_feed_local AS
SELECT DISTINCT now64(3, 'UTC') AS at, tenant, 'fact' AS source, pod_uid AS uid, toUInt64(0) AS life, '' AS cluster, '' AS node, '' AS detail
FROM lives_local AS lives;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_change_feed_of_events ON CLUSTER {cluster} TO pod_change_feed_local AS
SELECT DISTINCT now64(3, 'UTC') AS at, tenant, 'fact' AS source, involved_uid AS uid, toUInt64(0) AS life, '' AS cluster, '' AS node, '' AS detail
FROM events_local AS events
WHERE involved_kind = 'Pod' AND involved_uid != '';

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_change_feed_of_lines ON CLUSTER {cluster} TO pod_change_feed AS
SELECT DISTINCT now64(3, 'UTC') AS at, tenant, 'lines' AS source,
       if(pod_uid != '', pod_uid, concat('unresolved:', cluster, '/', namespace, '/', pod)) AS uid,
       cityHash64(toString(container), restart, container_id) AS life, '' AS cluster, '' AS node, '' AS detail
FROM life_lines_local AS life_lines;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_change_feed_of_nodes ON CLUSTER {cluster} TO pod_change_feed AS
SELECT DISTINCT now64(3, 'UTC') AS at, tenant, 'node' AS source, '' AS uid, toUInt64(0) AS life, cluster, toString(node_states.node) AS node, '' AS detail
FROM node_states_local AS node_states;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_change_feed_of_kernel ON CLUSTER {cluster} TO pod_change_feed AS
SELECT now64(3, 'UTC') AS at, tenant, 'kernel' AS source, '' AS uid, toUInt64(0) AS life, '' AS cluster, '' AS node, message AS detail
FROM kernel_ooms_local AS kernel_ooms;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_watermarks_of_feed ON CLUSTER {cluster} TO pod_watermarks_local AS
SELECT tenant, uid,
       maxIf(at, source = 'fact') AS facts_at, maxIf(at, source = 'lines') AS lines_at,
       toDateTime64('2262-01-01 00:00:00', 9, 'UTC') AS deletion_asked_at,
       map() :: Map(String, Int64) AS address_first, map() :: Map(String, Int64) AS address_last
FROM pod_change_feed_local AS pod_change_feed
WHERE uid != ''
GROUP BY tenant, uid;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_watermarks_of_pods ON CLUSTER {cluster} TO pod_watermarks_local AS
SELECT tenant, uid, toDateTime64(0, 3, 'UTC') AS facts_at, toDateTime64(0, 3, 'UTC') AS lines_at,
       min(ifNull(deleted_at, toDateTime64('2262-01-01 00:00:00', 9, 'UTC'))) AS deletion_asked_at,
       minMap(addresses) AS address_first, maxMap(addresses) AS address_last
FROM (
    SELECT tenant, uid, deleted_at,
           if(status_at IS NULL, 9223372036854775807, toUnixTimestamp64Nano(assumeNotNull(status_at))) AS reported,
           if(JSONExtractBool(object, 'spec', 'hostNetwork'), 'host-ip ', 'ip ') AS prefix,
           arrayDistinct(arrayFilter(x -> x != '', arrayConcat([ip], JSONExtract(object, 'status', 'podIPs', 'Array(Tuple(ip String))').ip))) AS ips,
           mapFromArrays(arrayMap(x -> concat(prefix, x), ips), arrayMap(x -> reported, ips)) AS addresses
    FROM pods_local AS pods
)
GROUP BY tenant, uid;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_aliases_of_pods ON CLUSTER {cluster} TO pod_aliases_local AS
SELECT tenant, 'log-uid' AS kind, mirror_uid AS alias, uid, '' AS container, toInt32(-1) AS restart,
       min(if(pods.created_at IS NULL, 0, toUnixTimestamp64Nano(assumeNotNull(pods.created_at)))) AS created_at, max(pods.version) AS version
FROM pods_local AS pods
WHERE mirror_uid != ''
GROUP BY tenant, alias, uid;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_aliases_of_lives ON CLUSTER {cluster} TO pod_aliases_local AS
SELECT tenant, 'container-id' AS kind, lives.container_id AS alias, pod_uid AS uid, lives.container AS container, lives.restart AS restart,
       toInt64(0) AS created_at, max(lives.version) AS version
FROM lives_local AS lives
WHERE container_id != ''
GROUP BY tenant, alias, uid, container, restart;

INSERT INTO pod_watermarks (tenant, uid, facts_at, lines_at, deletion_asked_at, address_first, address_last)
SELECT tenant, uid, toDateTime64(0, 3, 'UTC'), toDateTime64(0, 3, 'UTC'), min(asked_at), map() :: Map(String, Int64), map() :: Map(String, Int64)
FROM pod_deletions
GROUP BY tenant, uid;

INSERT INTO pod_watermarks (tenant, uid, facts_at, lines_at, deletion_asked_at, address_first, address_last)
SELECT tenant, uid, toDateTime64(0, 3, 'UTC'), toDateTime64(0, 3, 'UTC'), toDateTime64('2262-01-01 00:00:00', 9, 'UTC'),
       minMap(map(concat(kind, ' ', value), first)), maxMap(map(concat(kind, ' ', value), last))
FROM pod_handles
WHERE kind IN ('ip', 'host-ip')
GROUP BY tenant, uid;

INSERT INTO pod_aliases (tenant, kind, alias, uid, container, restart, created_at, version)
SELECT tenant, 'log-uid', mirror_uid, uid, '', -1,
       min(if(pods.created_at IS NULL, 0, toUnixTimestamp64Nano(assumeNotNull(pods.created_at)))), max(pods.version)
FROM pods
WHERE mirror_uid != ''
GROUP BY tenant, mirror_uid, uid;

INSERT INTO pod_aliases (tenant, kind, alias, uid, container, restart, created_at, version)
SELECT tenant, 'container-id', lives.container_id, pod_uid, lives.container, lives.restart, 0, max(lives.version)
FROM lives
WHERE container_id != ''
GROUP BY tenant, lives.container_id, pod_uid, lives.container, lives.restart;

INSERT INTO pod_change_feed (at, tenant, source, uid, life)
SELECT DISTINCT now64(3, 'UTC'), tenant, 'fact', uid, 0
FROM pods_seen;

INSERT INTO pod_change_feed (at, tenant, source, uid, life)
SELECT DISTINCT now64(3, 'UTC'), tenant, 'lines', concat('unresolved:', cluster, '/', namespace, '/', pod), cityHash64(toString(container), restart, container_id)
FROM life_lines
WHERE pod_uid = '';

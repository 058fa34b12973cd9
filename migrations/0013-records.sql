-- One record per pod: what the projector concluded about it, and what it needs to know to write that. docs/decisions/0016-records.md.

-- What changed, by when the store took it: the projector reads it from a position. Kept for a week: a projector that was away for
-- longer projects every pod again.
CREATE TABLE IF NOT EXISTS pod_change_feed
(
    at      DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC'),  -- the store's clock when the insert began
    tenant  LowCardinality(String),
    source  LowCardinality(String),                        -- fact, lines, node or kernel
    uid     String CODEC(ZSTD(1)),                         -- as sent: of the API, of a log path, or unresolved:<cluster>/<namespace>/<pod>; '' of node and kernel
    life    UInt64,                                        -- of lines: which life, a hash of container, restart and container id as sent
    cluster LowCardinality(String),                        -- of node: which one
    node    LowCardinality(String),
    detail  String CODEC(ZSTD(1))                          -- of kernel: the line
)
ENGINE = MergeTree
PARTITION BY toYYYYMMDD(at)
ORDER BY (source, at, tenant, uid)
TTL toDateTime(at) + INTERVAL 7 DAY
SETTINGS ttl_only_drop_parts = 1;

-- By pod: when its newest fact and its newest line were stored, and what its object no longer has once it is over.
-- uid: as in pod_change_feed. addresses: 'ip <address>' or 'host-ip <address>' to epoch ns of the first and last object with that address.
CREATE TABLE IF NOT EXISTS pod_watermarks
(
    tenant            LowCardinality(String),
    uid               String,
    facts_at          SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    lines_at          SimpleAggregateFunction(max, DateTime64(3, 'UTC')),
    deletion_asked_at SimpleAggregateFunction(min, DateTime64(9, 'UTC')),  -- the year 2262: never
    address_first     SimpleAggregateFunction(minMap, Map(String, Int64)),
    address_last      SimpleAggregateFunction(maxMap, Map(String, Int64))
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant, uid)
SETTINGS index_granularity = 128, min_bytes_for_wide_part = 10000000000;

-- The names under which lines of a pod arrive. kind: log-uid (the uid of a static pod's log path), container-id (without its scheme).
CREATE TABLE IF NOT EXISTS pod_aliases
(
    tenant     LowCardinality(String),
    kind       LowCardinality(String),
    alias      String CODEC(ZSTD(1)),
    uid        String CODEC(ZSTD(1)),              -- of the API
    container  LowCardinality(String),             -- of a container id: which instance has it
    restart    Int32,
    created_at SimpleAggregateFunction(min, Int64),  -- of a log uid: epoch ns at which its pod was created
    version    SimpleAggregateFunction(max, UInt64)  -- the newest pod, or instance, with an alias has its lines
)
ENGINE = AggregatingMergeTree
ORDER BY (tenant, kind, alias, uid, container, restart)
SETTINGS index_granularity = 1024;

-- The record: JSON of shared/pod-model/record.ts. Of several rows of a uid the one with the highest revision counts.
CREATE TABLE IF NOT EXISTS pod_records
(
    tenant        LowCardinality(String),
    uid           String,
    revision      UInt64,                          -- epoch µs of the store's clock before its facts were read
    is_deleted    UInt8,                           -- the pod turned out to be another one
    rules_version UInt16,                          -- shared/pod-model/rules-version.ts
    watermark     DateTime64(3, 'UTC'),            -- newest fact that it rests on
    lines_at      DateTime64(3, 'UTC'),            -- newest line that it counts
    record        String CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(revision, is_deleted)
ORDER BY (tenant, uid)
SETTINGS index_granularity = 64, min_bytes_for_wide_part = 10000000000;

-- What leads to records, in the order of lists. A row leads to a pod that may fit; its record decides. Kinds: shared/pod-model/handles.ts.
CREATE TABLE IF NOT EXISTS pod_lookup
(
    tenant     LowCardinality(String),
    kind       LowCardinality(String),
    value      String CODEC(ZSTD(1)),
    rank       Int64,                              -- minus the epoch ns that it is sorted by: newest first
    uid        String CODEC(ZSTD(1)),
    cluster    LowCardinality(String),
    namespace  LowCardinality(String),
    name       String CODEC(ZSTD(1)),
    node       LowCardinality(String),
    outcome    LowCardinality(String),
    first_seen Int64,                              -- epoch ns
    last_seen  Int64,                              -- epoch ns; of a pod that lives the largest number
    died_rank  Int64,                              -- minus the epoch ns of its death; of a pod that is not over the largest number
    revision   UInt64,
    is_deleted UInt8
)
ENGINE = ReplacingMergeTree(revision, is_deleted)
ORDER BY (tenant, kind, value, rank, uid)
SETTINGS index_granularity = 1024;

-- revision: of the record that the document belongs to.
ALTER TABLE obituaries ADD COLUMN IF NOT EXISTS revision UInt64;

-- Records in the order in which they were written, for those who watch them. Kept for a week, like the feed of changes.
CREATE TABLE IF NOT EXISTS pod_record_feed
(
    tenant    LowCardinality(String),
    revision  UInt64,
    uid       String CODEC(ZSTD(1)),
    stored_at DateTime('UTC') DEFAULT now('UTC')
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMMDD(stored_at)
ORDER BY (tenant, revision, uid)
TTL stored_at + INTERVAL 7 DAY
SETTINGS ttl_only_drop_parts = 1;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_record_feed_of_records TO pod_record_feed AS
SELECT tenant, revision, uid, now('UTC') AS stored_at
FROM pod_records;

-- How far a job of the projector has come, over all processes.
CREATE TABLE IF NOT EXISTS job_watermarks
(
    job  LowCardinality(String),
    upto SimpleAggregateFunction(max, DateTime64(3, 'UTC'))
)
ENGINE = AggregatingMergeTree
ORDER BY job;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_change_feed_of_pods TO pod_change_feed AS
SELECT DISTINCT now64(3, 'UTC') AS at, tenant, 'fact' AS source, uid, toUInt64(0) AS life, '' AS cluster, '' AS node, '' AS detail
FROM pods;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_change_feed_of_lives TO pod_change_feed AS
SELECT DISTINCT now64(3, 'UTC') AS at, tenant, 'fact' AS source, pod_uid AS uid, toUInt64(0) AS life, '' AS cluster, '' AS node, '' AS detail
FROM lives;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_change_feed_of_events TO pod_change_feed AS
SELECT DISTINCT now64(3, 'UTC') AS at, tenant, 'fact' AS source, involved_uid AS uid, toUInt64(0) AS life, '' AS cluster, '' AS node, '' AS detail
FROM events
WHERE involved_kind = 'Pod' AND involved_uid != '';

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_change_feed_of_lines TO pod_change_feed AS
SELECT DISTINCT now64(3, 'UTC') AS at, tenant, 'lines' AS source,
       if(pod_uid != '', pod_uid, concat('unresolved:', cluster, '/', namespace, '/', pod)) AS uid,
       cityHash64(toString(container), restart, container_id) AS life, '' AS cluster, '' AS node, '' AS detail
FROM life_lines;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_change_feed_of_nodes TO pod_change_feed AS
SELECT DISTINCT now64(3, 'UTC') AS at, tenant, 'node' AS source, '' AS uid, toUInt64(0) AS life, cluster, toString(node_states.node) AS node, '' AS detail
FROM node_states;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_change_feed_of_kernel TO pod_change_feed AS
SELECT now64(3, 'UTC') AS at, tenant, 'kernel' AS source, '' AS uid, toUInt64(0) AS life, '' AS cluster, '' AS node, message AS detail
FROM kernel_ooms;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_watermarks_of_feed TO pod_watermarks AS
SELECT tenant, uid,
       maxIf(at, source = 'fact') AS facts_at, maxIf(at, source = 'lines') AS lines_at,
       toDateTime64('2262-01-01 00:00:00', 9, 'UTC') AS deletion_asked_at,
       map() :: Map(String, Int64) AS address_first, map() :: Map(String, Int64) AS address_last
FROM pod_change_feed
WHERE uid != ''
GROUP BY tenant, uid;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_watermarks_of_pods TO pod_watermarks AS
SELECT tenant, uid, toDateTime64(0, 3, 'UTC') AS facts_at, toDateTime64(0, 3, 'UTC') AS lines_at,
       min(ifNull(deleted_at, toDateTime64('2262-01-01 00:00:00', 9, 'UTC'))) AS deletion_asked_at,
       minMap(addresses) AS address_first, maxMap(addresses) AS address_last
FROM (
    SELECT tenant, uid, deleted_at,
           if(status_at IS NULL, 9223372036854775807, toUnixTimestamp64Nano(assumeNotNull(status_at))) AS reported,
           if(JSONExtractBool(object, 'spec', 'hostNetwork'), 'host-ip ', 'ip ') AS prefix,
           arrayDistinct(arrayFilter(x -> x != '', arrayConcat([ip], JSONExtract(object, 'status', 'podIPs', 'Array(Tuple(ip String))').ip))) AS ips,
           mapFromArrays(arrayMap(x -> concat(prefix, x), ips), arrayMap(x -> reported, ips)) AS addresses
    FROM pods
)
GROUP BY tenant, uid;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_aliases_of_pods TO pod_aliases AS
SELECT tenant, 'log-uid' AS kind, mirror_uid AS alias, uid, '' AS container, toInt32(-1) AS restart,
       min(if(pods.created_at IS NULL, 0, toUnixTimestamp64Nano(assumeNotNull(pods.created_at)))) AS created_at, max(pods.version) AS version
FROM pods
WHERE mirror_uid != ''
GROUP BY tenant, alias, uid;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_aliases_of_lives TO pod_aliases AS
SELECT tenant, 'container-id' AS kind, lives.container_id AS alias, pod_uid AS uid, lives.container AS container, lives.restart AS restart,
       toInt64(0) AS created_at, max(lives.version) AS version
FROM lives
WHERE container_id != ''
GROUP BY tenant, alias, uid, container, restart;

-- What was stored before these tables: facts that are kept, then every pod as changed. Filling twice changes nothing but work.
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

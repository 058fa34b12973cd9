-- Revisions of records move to a table with small granules: a page of a list reads a hundred records that lie anywhere
-- among the others, and of each its whole granule. A table keeps the granularity with which it was made.

CREATE TABLE IF NOT EXISTS pod_revisions_local ON CLUSTER {cluster}
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
SETTINGS index_granularity = 8, min_bytes_for_wide_part = 10000000000;

CREATE TABLE IF NOT EXISTS pod_revisions ON CLUSTER {cluster} AS pod_revisions_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'pod_revisions_local', cityHash64(tenant, uid));

-- Missing where an earlier run of this file was stopped after its last DROP.
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

-- Of 32 MB each: by default a part of an insert is 256 MB in memory.
INSERT INTO pod_revisions SELECT * FROM pod_records
SETTINGS min_insert_block_size_rows = 0, min_insert_block_size_bytes = 33554432;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_record_feed_of_revisions ON CLUSTER {cluster} TO pod_record_feed_local AS
SELECT tenant, revision, uid, now('UTC') AS stored_at
FROM pod_revisions_local AS pod_revisions;

DROP VIEW IF EXISTS pod_record_feed_of_records ON CLUSTER {cluster};
DROP TABLE IF EXISTS pod_records ON CLUSTER {cluster};
-- SYNC: the path in Keeper is free again at once, so that this file can be run once more.
DROP TABLE IF EXISTS pod_records_local ON CLUSTER {cluster} SYNC;

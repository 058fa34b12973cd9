-- Revisions of records move to a table with small granules: a page of a list reads a hundred records that lie anywhere
-- among the others, and of each its whole granule. A table keeps the granularity with which it was made.

CREATE TABLE IF NOT EXISTS pod_revisions
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
ENGINE = ReplacingMergeTree(revision, is_deleted)
ORDER BY (tenant, uid)
SETTINGS index_granularity = 8, min_bytes_for_wide_part = 10000000000;

-- Missing where an earlier run of this file was stopped after its last DROP.
CREATE TABLE IF NOT EXISTS pod_records AS pod_revisions;

-- Of 32 MB each: by default a part of an insert is 256 MB in memory.
INSERT INTO pod_revisions SELECT * FROM pod_records
SETTINGS min_insert_block_size_rows = 0, min_insert_block_size_bytes = 33554432;

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_record_feed_of_revisions TO pod_record_feed AS
SELECT tenant, revision, uid, now('UTC') AS stored_at
FROM pod_revisions;

DROP VIEW IF EXISTS pod_record_feed_of_records;
DROP TABLE IF EXISTS pod_records;

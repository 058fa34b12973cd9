-- The cluster form of 0027-second-copies.sql, which says what each table and column is for.
-- `t_local` holds the rows of one shard; `t` is read and written.

CREATE TABLE IF NOT EXISTS absorbed_lines_copy_local ON CLUSTER {cluster}
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

CREATE TABLE IF NOT EXISTS absorbed_lines_copy ON CLUSTER {cluster} AS absorbed_lines_copy_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'absorbed_lines_copy_local', cityHash64(tenant, identity));

CREATE MATERIALIZED VIEW IF NOT EXISTS absorbed_lines_copy_of_absorbed_lines ON CLUSTER {cluster} TO absorbed_lines_copy_local AS
SELECT tenant, ts, identity, class, covers
FROM absorbed_lines_local;

INSERT INTO absorbed_lines_copy (tenant, ts, identity, class, covers)
SELECT tenant, ts, identity, class, covers
FROM absorbed_lines
SETTINGS max_partitions_per_insert_block = 0;

INSERT INTO retention_marks (mark, version, ms)
SELECT 'rules', 0, toInt64(toUnixTimestamp64Milli(max(in_force)))
FROM retention_rules;

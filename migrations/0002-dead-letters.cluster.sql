-- The cluster form of 0002-dead-letters.sql, which says what each table and column is for.
-- `t_local` holds the rows of one shard; `t` is read and written.

CREATE TABLE IF NOT EXISTS dead_letters_local ON CLUSTER {cluster}
(
    tenant   LowCardinality(String),
    time     DateTime64(9, 'UTC'),
    origin   String,
    reason   LowCardinality(String),
    detail   String,
    payload  String CODEC(ZSTD(3)),
    identity UInt64
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
PARTITION BY toYYYYMM(time)
ORDER BY (tenant, identity)
TTL toDateTime(time) + INTERVAL 90 DAY;

CREATE TABLE IF NOT EXISTS dead_letters ON CLUSTER {cluster} AS dead_letters_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'dead_letters_local', cityHash64(tenant, identity));

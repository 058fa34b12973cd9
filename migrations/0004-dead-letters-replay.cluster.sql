-- The cluster form of 0004-dead-letters-replay.sql, which says what each table and column is for.
-- `t_local` holds the rows of one shard; `t` is read and written.

ALTER TABLE dead_letters_local ON CLUSTER {cluster}
    ADD COLUMN IF NOT EXISTS cluster LowCardinality(String),
    ADD COLUMN IF NOT EXISTS node LowCardinality(String),
    ADD COLUMN IF NOT EXISTS agent LowCardinality(String),
    ADD COLUMN IF NOT EXISTS format LowCardinality(String),
    ADD COLUMN IF NOT EXISTS payload_bytes UInt64,
    ADD COLUMN IF NOT EXISTS stored_at DateTime('UTC') DEFAULT now();

ALTER TABLE dead_letters ON CLUSTER {cluster}
    ADD COLUMN IF NOT EXISTS cluster LowCardinality(String),
    ADD COLUMN IF NOT EXISTS node LowCardinality(String),
    ADD COLUMN IF NOT EXISTS agent LowCardinality(String),
    ADD COLUMN IF NOT EXISTS format LowCardinality(String),
    ADD COLUMN IF NOT EXISTS payload_bytes UInt64,
    ADD COLUMN IF NOT EXISTS stored_at DateTime('UTC') DEFAULT now();

ALTER TABLE dead_letters_local ON CLUSTER {cluster} MODIFY TTL stored_at + INTERVAL 90 DAY;

CREATE TABLE IF NOT EXISTS dead_letter_replays_local ON CLUSTER {cluster}
(
    tenant      LowCardinality(String),
    identity    UInt64,
    replayed_at DateTime64(3, 'UTC')
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
ORDER BY (tenant, identity)
TTL toDateTime(replayed_at) + INTERVAL 180 DAY;

CREATE TABLE IF NOT EXISTS dead_letter_replays ON CLUSTER {cluster} AS dead_letter_replays_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'dead_letter_replays_local', cityHash64(tenant, identity));

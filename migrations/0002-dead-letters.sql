-- What could not be stored, with the reason. A dead letter sent twice has one identity (body hash and index, or topic,
-- partition, offset and index); readers take one row per identity.
CREATE TABLE IF NOT EXISTS dead_letters
(
    tenant   LowCardinality(String),
    time     DateTime64(9, 'UTC'),     -- arrival (HTTP) or the broker's timestamp (Kafka)
    origin   String,                   -- e.g. http:/v1/batches#3, kafka:afterlog.logs/2@1181#0
    reason   LowCardinality(String),   -- closed union: services/ingest/normalise/reject.ts
    detail   String,                   -- the sentence that the sender got
    payload  String CODEC(ZSTD(3)),    -- bytes as received, capped
    identity UInt64
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(time)
ORDER BY (tenant, identity)
TTL toDateTime(time) + INTERVAL 90 DAY;

-- The cluster form of 0019-losses-by-pod.sql, which says what each table and column is for.
-- `t_local` holds the rows of one shard; `t` is read and written.

CREATE TABLE IF NOT EXISTS pod_losses_local ON CLUSTER {cluster}
(
    tenant    LowCardinality(String),
    pod_uid   String CODEC(ZSTD(1)),
    time      DateTime64(9, 'UTC'),
    identity  UInt64,
    reason    LowCardinality(String),
    path      String CODEC(ZSTD(1)),
    container LowCardinality(String),
    restart   Int64,
    offset    Int64,
    topic     LowCardinality(String),
    partition Int64,
    messages  Int64,
    stored_at DateTime('UTC') DEFAULT now()
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}')
ORDER BY (tenant, pod_uid, time, identity)
TTL stored_at + INTERVAL 90 DAY
SETTINGS index_granularity = 1024;

CREATE TABLE IF NOT EXISTS pod_losses ON CLUSTER {cluster} AS pod_losses_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'pod_losses_local', cityHash64(tenant, identity));

CREATE MATERIALIZED VIEW IF NOT EXISTS pod_losses_of_dead_letters ON CLUSTER {cluster} TO pod_losses_local AS
SELECT tenant,
       multiIf(reason = 'lost-on-kafka', '', JSONExtractString(payload, 'podUid') != '', JSONExtractString(payload, 'podUid'),
           extract(JSONExtractString(payload, 'path'), '_([0-9A-Za-z][0-9A-Za-z.-]*)/[^/]+/[^/]+$')) AS pod_uid,
       dead_letters.time AS time, identity, reason, JSONExtractString(payload, 'path') AS path, JSONExtractString(payload, 'container') AS container,
       if(JSONHas(payload, 'restart'), JSONExtractInt(payload, 'restart'), -1) AS restart,
       if(JSONHas(payload, 'offset'), JSONExtractInt(payload, 'offset'), -1) AS offset,
       JSONExtractString(payload, 'topic') AS topic, if(JSONHas(payload, 'partition'), JSONExtractInt(payload, 'partition'), -1) AS partition,
       JSONExtractInt(payload, 'to') - JSONExtractInt(payload, 'from') AS messages, stored_at
FROM dead_letters_local AS dead_letters
WHERE reason = 'lost-on-kafka' OR pod_uid != '';

INSERT INTO pod_losses (tenant, pod_uid, time, identity, reason, path, container, restart, offset, topic, partition, messages, stored_at)
SELECT tenant,
       multiIf(reason = 'lost-on-kafka', '', JSONExtractString(payload, 'podUid') != '', JSONExtractString(payload, 'podUid'),
           extract(JSONExtractString(payload, 'path'), '_([0-9A-Za-z][0-9A-Za-z.-]*)/[^/]+/[^/]+$')) AS pod_uid,
       dead_letters.time, identity, reason, JSONExtractString(payload, 'path'), JSONExtractString(payload, 'container'),
       if(JSONHas(payload, 'restart'), JSONExtractInt(payload, 'restart'), -1),
       if(JSONHas(payload, 'offset'), JSONExtractInt(payload, 'offset'), -1),
       JSONExtractString(payload, 'topic'), if(JSONHas(payload, 'partition'), JSONExtractInt(payload, 'partition'), -1),
       JSONExtractInt(payload, 'to') - JSONExtractInt(payload, 'from'), stored_at
FROM dead_letters
WHERE reason = 'lost-on-kafka' OR pod_uid != '';

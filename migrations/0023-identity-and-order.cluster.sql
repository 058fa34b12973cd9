-- The cluster form of 0023-identity-and-order.sql, which says what it is for. Services of the old version must be stopped
-- meanwhile, as for 0011: docs/cluster.md.

ALTER TABLE logs_local ON CLUSTER {cluster}
  ADD COLUMN IF NOT EXISTS arrival UInt64 DEFAULT 0 CODEC(Delta(8), ZSTD(1)),
  ADD COLUMN IF NOT EXISTS batch LowCardinality(String) DEFAULT '',
  ADD COLUMN IF NOT EXISTS precedence UInt64 DEFAULT bitShiftLeft(toUInt64(if(offset < 0, 0, 4 * eof + 2 * (length >= 0) + (file != ''))), 61) + bitAnd(bitNot(bitShiftLeft(toUInt64(toUnixTimestamp64Milli(received)), 19) + bitAnd(arrival, 524287)), 2305843009213693951) CODEC(Delta(8), ZSTD(1));

ALTER TABLE lines_of_lives_local ON CLUSTER {cluster} ADD COLUMN IF NOT EXISTS heads SimpleAggregateFunction(groupUniqArrayArray, Array(String));

CREATE TABLE logs_next_{nonce}_local ON CLUSTER {cluster}
(
    tenant       LowCardinality(String),
    ts           DateTime64(9, 'UTC') CODEC(Delta(8), ZSTD(1)),
    cluster      LowCardinality(String),
    namespace    LowCardinality(String),
    pod          LowCardinality(String),
    pod_uid      LowCardinality(String),
    container    LowCardinality(String),
    restart      Int32,
    container_id LowCardinality(String),
    node         LowCardinality(String),
    unit         LowCardinality(String),
    stream       LowCardinality(String),
    partial      UInt8,
    severity     LowCardinality(String),
    message      String CODEC(ZSTD(1)),
    trace_id     String CODEC(ZSTD(1)),
    span_id      String CODEC(ZSTD(1)),
    labels       Map(LowCardinality(String), String),
    attributes   Map(LowCardinality(String), String),
    offset       Int64 CODEC(Delta(8), ZSTD(1)),
    length       Int64 CODEC(ZSTD(1)),
    file         LowCardinality(String),
    eof          UInt8,
    ordinal      UInt64,
    seq          UInt32,
    agent        LowCardinality(String),
    received     DateTime64(3, 'UTC') CODEC(Delta(8), ZSTD(1)),
    class        LowCardinality(String),
    identity     UInt64 DEFAULT sipHash64Keyed({key:0},
                     sipHash64Keyed({key:1}, tenant) + sipHash64Keyed({key:2}, cluster)
                     + sipHash64Keyed({key:3}, namespace) + sipHash64Keyed({key:4}, pod)
                     + sipHash64Keyed({key:5}, pod_uid) + if(pod = '', sipHash64Keyed({key:6}, node), 0)
                     + sipHash64Keyed({key:7}, unit) + sipHash64Keyed({key:8}, container)
                     + sipHash64Keyed({key:9}, restart) + if(restart < 0, sipHash64Keyed({key:10}, container_id), 0)
                     + sipHash64Keyed({key:11}, stream) + sipHash64Keyed({key:12}, partial)
                     + sipHash64Keyed({key:13}, message) + sipHash64Keyed({key:14}, offset)
                     + if(offset < 0, sipHash64Keyed({key:15}, ordinal) + sipHash64Keyed({key:16}, batch)
                         + sipHash64Keyed({key:17}, severity) + sipHash64Keyed({key:18}, trace_id)
                         + sipHash64Keyed({key:19}, span_id) + sipHash64Keyed({key:20}, toString(mapSort(labels)))
                         + sipHash64Keyed({key:21}, toString(mapSort(attributes)))
                         + sipHash64Keyed({key:22}, container_id) + sipHash64Keyed({key:23}, node)
                         + sipHash64Keyed({key:24}, file), 0)) CODEC(NONE),
    arrival      UInt64 DEFAULT 0 CODEC(Delta(8), ZSTD(1)),
    batch        LowCardinality(String) DEFAULT '',
    precedence   UInt64 DEFAULT bitShiftLeft(toUInt64(if(offset < 0, 0, 4 * eof + 2 * (length >= 0) + (file != ''))), 61)
                     + bitAnd(bitNot(bitShiftLeft(toUInt64(toUnixTimestamp64Milli(received)), 19) + bitAnd(arrival, 524287)),
                         2305843009213693951) CODEC(Delta(8), ZSTD(1)),
    INDEX words replaceRegexpAll(lower(message), '[a-z]*[0-9][0-9a-z]*', ' ') TYPE text(tokenizer = 'splitByNonAlpha'),
    INDEX tokens lower(message) TYPE tokenbf_v1(8192, 3, 0) GRANULARITY 1
)
ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/{database}/{table}', '{replica}', precedence)
PARTITION BY (toYYYYMMDD(ts), class)
ORDER BY (tenant, toStartOfHour(ts), namespace, pod, container, ts, identity)
SETTINGS index_granularity = 1024, max_bytes_to_merge_at_max_space_in_pool = 4294967296,
         min_free_disk_bytes_to_perform_insert = 16777216;

ALTER TABLE logs_next_{nonce}_local ON CLUSTER {cluster} ATTACH PARTITION ALL FROM logs_local;

RENAME TABLE logs_local TO logs_before_{nonce}_local, logs_next_{nonce}_local TO logs_local ON CLUSTER {cluster};

-- Views of a table that was renamed go with it; from there on a starter runs what follows to its end.
DROP VIEW IF EXISTS lines_of_lives_of_logs ON CLUSTER {cluster};
DROP VIEW IF EXISTS kernel_ooms_of_logs_distributed ON CLUSTER {cluster};

CREATE OR REPLACE TABLE logs ON CLUSTER {cluster} AS logs_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'logs_local', cityHash64(tenant, cluster, namespace, pod, if(pod = '', node, '')));

CREATE OR REPLACE TABLE lines_of_lives ON CLUSTER {cluster} AS lines_of_lives_local
ENGINE = Distributed('{cluster}', currentDatabase(), 'lines_of_lives_local', cityHash64(tenant, cluster, namespace, pod, ''));

CREATE MATERIALIZED VIEW IF NOT EXISTS lines_of_lives_of_logs ON CLUSTER {cluster} TO lines_of_lives_local AS
SELECT tenant, cluster, namespace, pod, pod_uid, container, restart, container_id,
       max(node) AS node, min(ts) AS first_line, max(ts) AS last_line, max(partial) AS fragments,
       uniqCombined64State(12)(cityHash64(ts, identity)) AS sketch,
       groupUniqArrayIf(toString(file), offset = 0 AND file != '') AS heads
FROM logs_local AS logs
WHERE pod != ''
GROUP BY tenant, cluster, namespace, pod, pod_uid, container, restart, container_id;

CREATE MATERIALIZED VIEW IF NOT EXISTS kernel_ooms_of_logs_distributed ON CLUSTER {cluster} TO kernel_ooms AS
SELECT tenant, ts, identity, message
FROM logs_local AS logs
WHERE pod = '' AND namespace = '' AND (message LIKE '%oom-kill:%' OR message LIKE '%killed as a result of limit of%');

DROP TABLE logs_before_{nonce}_local ON CLUSTER {cluster} SYNC;
